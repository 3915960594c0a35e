"""HTML from strangers: made harmless for the console (`sanitise`) and turned into plain text (`to_text`).

An allow-list on a real HTML5 parser (nh3, ammonia) does the work; what is not named here does not pass. The answer is
meant for a sandboxed frame, yet must be safe without it.
"""

import re
import secrets
from collections.abc import Callable
from html import unescape

import nh3
from inscriptis import Inscriptis  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

MAX_INPUT = 4_000_000
"""Characters; longer HTML is cut before it is parsed."""
MAX_NESTING = 400
"""Open tags without a close before the markup is taken for an attack and shown as text."""

BLOCKED_SOURCE = "data-blocked-src"
"""Where the address of a remote image waits until a person asks for images."""

_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p",
    "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href", "name"},
    "img": {"src", "alt", BLOCKED_SOURCE},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "li": {"value"},
    "blockquote": {"cite", "type"},
    "del": {"datetime"},
    "time": {"datetime"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_STYLES = {
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "clear", "color",
    "direction", "display", "float", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight",
    "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-height", "max-width", "min-height", "min-width", "overflow-wrap", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout", "text-align", "text-decoration",
    "text-indent", "text-transform", "vertical-align", "white-space", "width", "word-break", "word-spacing",
}  # fmt: skip
# Anything that could load or run something from a declaration that is otherwise allowed, escapes and comments included.
_STYLE_DANGER = re.compile(
    r"(?i)url\s*\(|expression|javascript|vbscript|behaviou?r|-moz-binding|image-set|@import|\\|/\*"
)
_DROP_CONTENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "noembed",
    "noframes",
    "iframe",
    "xmp",
    "plaintext",
}
# A mail has no address of its own, so nothing can be relative to it.
_LINK = re.compile(r"(?i)\s*(?:https?://|mailto:|tel:|#)")
_DATA_IMAGE = re.compile(r"(?i)\s*data:image/(?:png|gif|jpe?g|webp|bmp);base64,[A-Za-z0-9+/=\s]*\Z")
_DANGLING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_VOID = {
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "col",
    "wbr",
    "area",
    "base",
    "embed",
    "source",
    "track",
    "param",
    "p",
    "li",
    "o:p",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*){2,}")

CidMapping = Callable[[str], str | None]
"""From a Content-ID (no angle brackets) to the address of the stored file, or None when there is no such file."""


def sanitise(markup: str, *, cid: CidMapping | None = None, images: bool = False) -> str:
    """Harmless HTML with the look of `markup`.

    `cid` rewrites inline images (`cid:` addresses stay when it is None); remote images lose their `src` to
    `data-blocked-src` unless `images` is true. Its own output may be given again, to map or show images later. Links open elsewhere and tell nobody where from.
    """
    markup = _bounded(markup)
    if _too_deep(markup):
        return nh3.clean_text(to_text(markup))
    cleaned = nh3.clean(
        markup,
        tags=_TAGS,
        clean_content_tags=_DROP_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_Filter(cid, images=images),
        url_schemes=_SCHEMES | {"data"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={
            "a": {"target": "_blank"},
            "img": {"loading": "lazy", "referrerpolicy": "no-referrer"},
        },
        strip_comments=True,
    )
    return cleaned.replace(f'{BLOCKED_SOURCE}="{_MARK}', 'src="').replace(f'src="{_MARK}', f'{BLOCKED_SOURCE}="')


# nh3 cannot rename an attribute: an address that is to be blocked or shown travels behind this mark, which no sender can guess.
_MARK = f"blocked-{secrets.token_hex(12)}:"


class _Filter:
    """Judges one attribute at a time: (tag, attribute, value) -> the value to keep, or None to drop it."""

    def __init__(self, cid: CidMapping | None, *, images: bool) -> None:
        self.cid = cid
        self.images = images

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return None if _STYLE_DANGER.search(unescape(value)) else value
        if tag == "img" and attribute == "src":
            return self._source(value)
        if attribute == BLOCKED_SOURCE:
            return self._blocked(value.strip())
        if attribute in ("href", "cite"):
            return value if _LINK.match(value) else None
        return value

    def _blocked(self, address: str) -> str | None:
        """What an earlier pass blocked stays blocked, or is shown now."""
        if not address.lower().startswith(("http:", "https:")):
            return None
        return _MARK + address if self.images else address

    def _source(self, value: str) -> str | None:
        address = value.strip()
        lowered = address.lower()
        if lowered.startswith("cid:"):
            return address if self.cid is None else self.cid(address[4:].strip("<> "))
        if lowered.startswith("data:"):
            return address if _DATA_IMAGE.match(address) else None
        if lowered.startswith(("http:", "https:")):
            return address if self.images else _MARK + address
        return None


def _bounded(markup: str) -> str:
    return _CONTROLS.sub("", markup[:MAX_INPUT])


def _too_deep(markup: str) -> bool:
    """True when the tags nest so deep that parsers get slow (table foster parenting and deep trees are quadratic)."""
    depth = deepest = 0
    for close, name in _DANGLING.findall(markup):
        if name.lower() in _VOID:
            continue
        depth = max(0, depth + (-1 if close else 1))
        deepest = max(deepest, depth)
    return deepest > MAX_NESTING


_CONFIG = ParserConfig(css=CSS_PROFILES["strict"], display_links=False)


def parse_document(markup: str) -> HtmlElement | None:
    """The tree of an HTML text, or None when there is nothing in it; never raises."""
    markup = _bounded(markup).strip()
    if not markup:
        return None
    # lxml reads `str` with an encoding declaration as an error, so hand it bytes and name their encoding.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def to_text(markup: str) -> str:
    """Readable plain text of an HTML text: lists and tables laid out, no script or style, at most one blank line in a row."""
    tree = parse_document(markup)
    return tree_to_text(tree) if tree is not None else ""


def tree_to_text(tree: HtmlElement) -> str:
    """Readable plain text of a parsed tree (it may be changed on the way)."""
    etree.strip_elements(tree, "script", "style", "title", "head", with_tail=False)
    try:
        text = Inscriptis(tree, _CONFIG).get_text()
    except (RecursionError, ValueError, IndexError, KeyError, AttributeError):
        # Layout is a nicety: a tree that the layouter cannot take gives its bare words.
        text = " ".join(str(piece) for piece in tree.itertext())
    return _BLANK_LINES.sub(
        "\n\n", "\n".join(line.rstrip() for line in text.replace("\u00a0", " ").splitlines())
    ).strip()
