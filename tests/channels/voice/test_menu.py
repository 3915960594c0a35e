"""The caller's menu: keys, words, mistakes, and edits while somebody is in it."""

from dataclasses import replace

from channels.voice.menu import Choice, Leads, Menu, Node, dry_run, problems
from channels.voice.states import State, dump, load
from tests.channels.voice.desk import Story
from tests.channels.voice.world import MENU

TWO = Menu(
    "main",
    1,
    "top",
    {
        "top": Node(
            {"en": "1 shop, 2 more", "zh-CN": "1"}, {"1": Choice(Leads.QUEUE, "shop"), "2": Choice(Leads.NODE, "more")}
        ),
        "more": Node(
            {"en": "say bill", "zh-CN": "2"},
            {"1": Choice(Leads.QUEUE, "bills"), "*": Choice(Leads.AGAIN)},
            {"en": {"bill": "1", "invoice": "1"}},
        ),
    },
    Choice(Leads.VOICEMAIL),
)


def test_a_dry_run_tells_what_a_caller_would_hear() -> None:
    assert dry_run(TWO, "en", ["2", "*", "my Bill, the invoice"]) == [
        "1 shop, 2 more",
        "say bill",
        "say bill",
        "-> queue bills",
    ]
    assert dry_run(TWO, "en", ["", "8", "hm"])[-1] == "-> voicemail"
    assert dry_run(TWO, "zh-CN", ["2"]) == ["1", "2"]


def test_a_broken_menu_is_told_with_its_places() -> None:
    broken = replace(TWO, nodes={"top": Node({"en": "x"}, {"1": Choice(Leads.NODE, "lost")})})
    assert problems(broken, ["en", "zh-CN"]) == ["no_prompt top zh-CN", "no_node top 1 lost"]
    assert problems(TWO, ["en", "zh-CN"]) == []


def test_a_call_keeps_the_version_it_began_with_across_a_restart() -> None:
    story = Story(MENU)
    story.arrives()
    edited = replace(MENU, version=2, nodes={"top": Node({"en": "new"}, {"1": Choice(Leads.VOICEMAIL)})})
    story.call = load(dump(story.call))
    assert story.call.menu == MENU != edited
    assert story.says("1") is State.WAITING
