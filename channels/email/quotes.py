"""How mail programs introduce what they quote, in the languages that our customers write: patterns only, no logic.

Each pattern is anchored and works on one line (or a few joined ones), so that matching stays linear.
"""

import re

# The words before the colon of a quoted header block. One row per field: en, de, fr, es, it, pt, nl, da/no, sv, pl, fi, ru, zh,
# zh-Hant, ja, ko, cs, tr, hu.
_FROM = (
    "From|Von|De|Expéditeur|Remitente|Da|Mittente|Van|Afzender|Fra|Från|Od|Lähettäjä|От|发件人|发信人|寄件者|寄件人|差出人|送信者|"
    "보낸 사람|보낸사람|Odesílatel|Από|Người gửi|מאת|من|Kimden|Gönderen|Feladó"
)
_SENT = (
    "Sent|Gesendet|Envoyé(?: le)?|Enviado(?: el| em)?|Inviato|Verzonden|Sendt|Skickat|Wysłano|Wysłane|Lähetetty|Отправлено|"
    "发送时间|发送日期|发件时间|寄件日期|傳送時間|送信日時|보낸 날짜|Odesláno|Gönderildi|Elküldve|Στάλθηκε|Đã gửi|נשלח|تاريخ الإرسال"
)
_DATE = "Date|Datum|Fecha|Data|Dato|Päiväys|Дата|日期|时间|時間|日時|날짜|Tarih|Dátum"
_TO = (
    "To|An|À|A|Para|Destinatario|Per|Aan|Til|Till|Do|Vastaanottaja|Кому|收件人|收信人|收件者|宛先|받는 사람|받는사람|Komu|Kime|Alıcı|Προς|Đến|אל|إلى|"
    "Címzett"
)
_CC = "Cc|CC|Kopie|Kopia|Copia|Copie à|Kopio|Копия|抄送|副本|참조"
_SUBJECT = (
    "Subject|Betreff|Betr|Objet|Asunto|Oggetto|Assunto|Onderwerp|Emne|Ämne|Temat|Aihe|Тема|主题|主旨|件名|제목|Předmět|"
    "Konu|Tárgy|Θέμα|Chủ đề|נושא|الموضوع"
)

_LEAD = r"^[ \t>*_|]{0,12}(?:\u200e)?"
_COLON = r"[ \t\u00a0]{0,3}\*{0,2}[ \t]{0,3}[:：]"
FIELDS = {
    name: re.compile(rf"{_LEAD}(?:{found}){_COLON}", re.IGNORECASE)
    for name, found in (
        ("from", _FROM),
        ("sent", _SENT),
        ("date", _DATE),
        ("to", _TO),
        ("cc", _CC),
        ("subject", _SUBJECT),
    )
}
ANY_FIELD = re.compile(rf"{_LEAD}(?:{_FROM}|{_SENT}|{_DATE}|{_TO}|{_CC}|{_SUBJECT}){_COLON}", re.IGNORECASE)

# "-----Original Message-----" and its relatives; the words alone are too common, the dashes make the mark.
SEPARATOR = re.compile(
    r"^[ \t>*]{0,6}[-=_─—–]{2,60}[ \t]{0,4}(?:\*{0,2})(?:(?:the |begin )?(?:original|forwarded|reply|replied|"
    r"oprindelig|ursprungligt)\w* (?:message|e?-?mail|nachricht|meddelelse|melding|meddelande)|"
    r"(?:original(?:nachricht|bericht|viesti|mail)|ursprüngliche (?:nachricht|e-?mail)|weitergeleitete nachricht|"
    r"original nachricht|"
    r"message (?:d'origine|original|initial|transféré)|e-?mail (?:d'origine|original)|mensaje (?:original|"
    r"reenviado)|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)|"
    r"oorspronkelijk bericht|doorgestuurd bericht|opprinnelig melding|ursprungligt meddelande|"
    r"vidarebefordrat meddelande|alkuperäinen viesti|"
    r"(?:oryginalna |wiadomość )?(?:oryginalna|wiadomość)|původní zpráva|(?:исходное|пересланное|"
    r"переадресованное) (?:сообщение|письмо)|orijinal mesaj|eredeti üzenet|"
    r"原始邮件|原邮件|原始郵件|原始信息|转发邮件|转发的?邮件信息|回复的?原邮件|原文|回复的原邮件|轉寄(?:的)?郵件|元のメッセージ|元のメール|転送(?:された)?メッセージ|원본 메(?:시지|일)))"
    r"(?: (?:from|von|de)\b[^-\n]{0,60})?[ \t]{0,4}\*{0,2}[ \t]{0,4}[-=_─—–]{1,60}[ \t]*$",
    re.IGNORECASE,
)
# The same words standing alone on a line with dashes on one side only, or "Begin forwarded message:".
SEPARATOR_LINE = re.compile(
    r"^[ \t>*]{0,6}(?:-{2,60}[^-\n]{1,100}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|写道|寫道)[ \t:：]{0,4}-{2,60}[ \t]*|"
    r"-{3,60}[ \t]*(?:original message|forwarded message|原始邮件|原邮件|ursprüngliche nachricht)[ \t]*|"
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|"
    r"transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|"
    r"下面是(?:被)?转发的邮件|开始转发的邮件|以下是轉寄的郵件))[ \t]*[:：]?[ \t]*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^[ \t>]{0,4}(?:_{8,200}|-{20,200}|={20,200}|─{5,200}|—{5,200})[ \t]*$")

_WROTE = (
    r"(?:wrote|writes|schrieb(?: am [^:]{3,60})?|geschrieben|a [ée]crit|écrit|escribi[óo]|ha escrito|"
    r"ha scritto|scrisse|escreveu|schreef|geschreven|"
    r"skrev|skrifaði|napisał(?:\(a\)|a)?|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|kirjoitti|пишет|написал(?:\(а\)|"
    r"а)?|yazdı|írta|a scris|έγραψε|"
    r"כתב(?:/ה|ה)?|كتب|đã viết|写道|写到|寫道|書きました|のメール|님이 작성|작성)"
)
# Some languages put the name after the verb ("Am 3.11. schrieb Jane:").
_THEN_NAME = r"(?:schrieb|schreef|skrev|escribi[óo]|kirjoitti|napsal|írta|пишет|escreveu|scrisse)[ ,][^:：]{1,80}[:：]"
WROTE_END = re.compile(rf"(?:{_WROTE}[ \t\u00a0]{{0,4}}(?:[:：]|$)|{_THEN_NAME})[ \t\u00a0\"*]{{0,6}}$", re.IGNORECASE)
# People telling what was written are not programs introducing it.
TELLING = re.compile(
    rf"\b(?:i|we|you|he|she|they|ich|wir|sie|er|je|nous|vous|yo|io|jeg|jag|ik) (?:\w{{1,10}} ){{0,2}}{_WROTE}",
    re.IGNORECASE,
)
WROTE_START = re.compile(
    r"^[ \t>\"*]{0,8}(?:(?:On|Am|Le|El|Il|Op|Den|Em|No dia|At|In|W dniu|Dnia|Dne|Dňa|Pe|Tarihinde|V|ma|Ti[rs]|Ons|Tor|"
    r"Fre|Lør|Søn|Man|Vào|Στις|في)(?=[\s,.(])|בתאריך|ב-|"
    r"[A-Za-zÀ-ž]{2,4}\.? \d{1,2}|\d{1,4}[-./年년][\s.]?\s?\d{1,2}|在|于|於)",
    re.IGNORECASE,
)
HAS_DATE = re.compile(
    r"\d{1,4}[-./年 ,]{1,3}(?:\d{1,2}|[A-Za-zÀ-ž]{3,10})|\d{1,2}[:.h時时]\d{2}|[A-Za-zÀ-ž]{3,10}\.? \d{1,2}"
)
HAS_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,100}")
HAS_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
DATED_ADDRESS = re.compile(
    r"^[ \t>]{0,4}\d{4}[-/年.]\s?\d{1,2}[-/月.]\s?\d{1,2}日?.{0,120}<[^\s<>@]{1,64}@[^\s<>@]{1,100}>[ \t]*[:：]?[ \t]*$"
)

SIGNATURE_MARK = re.compile(r"^[ \t]{0,3}(?:--|—|–|-- )[ \t\u00a0]*$")
DEVICE = re.compile(
    r"^[ \t]{0,4}(?:\[?(?:sent|written|posted|typed) (?:from|with|via|using|on) (?:my |a |an |the )?(?!desk\b|"
    r"home\b|office\b|work\b)(?:[\w'+.®™-]{1,40} ){0,5}[\w'+.®™-]{1,40} ?(?:<[^<>\s]{1,200}>)?|sent from [\w .®-]{2,60}(?:magnificent|"
    r"torch)[\w ]{0,40}|get outlook for (?:ios|android)[^\n]{0,80}|"
    r"(?:von meinem|gesendet (?:von|mit)|diese nachricht wurde von meinem)[^\n]{2,80}(?:gesendet)?|"
    r"envoyé (?:de(?:puis)?|à partir de) [^\n]{2,60}|enviado (?:desde|do|a partir) [^\n]{2,60}|inviato (?:da|"
    r"dal)[^\n]{2,60}|"
    r"verzonden (?:vanaf|met|via) [^\n]{2,60}|(?:sendt|skickat) fr[aå]n? [^\n]{2,60}|wysłan[oe] z [^\n]{2,60}|"
    r"отправлено (?:с|из) [^\n]{2,60}|"
    r"发自我的[^\n]{0,40}|发自[^\n，。]{2,20}(?:手机|iPhone|iPad|邮箱|客户端)|从我的[^\n]{1,20}发送|從我的[^\n]{1,20}(?:傳送|發送)|"
    r"來自我的[^\n]{1,30}|来自[^\n，。]{2,20}(?:邮箱|手机|客户端)|獲取 outlook[^\n]{0,40}|获取 ?(?:适用于 ?\w+ ?的 ?)?outlook[^\n]{0,60}|"
    r"(?:私の|わたしの)?[^\n]{0,20}(?:iPhone|iPad|Android)(?:端末)?から送信(?:され[^\n]{0,10})?|나의 [^\n]{2,20}에서 보냄)\]?[.!。]?[ \t]*$",
    re.IGNORECASE,
)
# Closing formulas that stand alone on their line. Thanks are left in: they are often the message itself.
CLOSING = re.compile(
    r"^[ \t]{0,4}(?:(?:with )?(?:best|kind|kindest|warm|warmest)(?: (?:regards|wishes))?|"
    r"(?:many thanks and )?regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|br|brgds|rgds|"
    r"mit (?:freundlichen|besten|herzlichen|lieben) grü(?:ß|ss)en|(?:freundliche|beste|viele|liebe|herzliche|"
    r"schöne) grü(?:ß|ss)e|mfg|lg|vg|"
    r"cordialement|bien cordialement|(?:bien )?à vous|salutations(?: distinguées)?|sincères salutations|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordiali saluti|distinti saluti|(?:un )?saluti?|"
    r"atenciosamente|cumprimentos|com os melhores cumprimentos|"
    r"met vriendelijke groet(?:en)?|mvg|(?:med )?(?:venlig|vennlig|vänlig|bedste|beste) (?:hilsen|hälsning(?:ar)?)|"
    r"(?:de )?bedste hilsner|hilsen|hälsningar|mvh|vh|kh|m\.?v\.?h\.?|"
    r"(?:z poważaniem|z powazaniem|pozdrawiam|pozdrowienia)|s pozdravem|ystävällisin terveisin|terveisin|"
    r"с уважением|üdvözlettel|saygılarımla|"
    r"此致|敬礼|此致敬礼|祝好|顺祝商祺|順頌商祺|順祝商祺|敬祝[^\n]{0,10}|祝您?(?:工作|生活|一切)[^\n]{0,8}|敬上|谨上|敬具|"
    r"以上[、,]?(?:よろしくお願い(?:いた)?します)?)[ \t]*[,.!，。！]{0,2}[ \t]*$",
    re.IGNORECASE,
)
SLASH_NAME = re.compile(r"^[ \t]{0,3}[/\-–][A-ZÀ-Ž][\w.'-]{1,20}(?: [A-ZÀ-Ž][\w.'-]{1,20}){0,2}[ \t]*$")
FORWARD_SUBJECT = re.compile(
    r"(?i)[ \t\[]{0,4}(?:fwd?|wg|tr|rv|enc|vs|vl|vb|doorst|转发|轉寄|転送|전달|İlt|пересл?)[ \t]?[:：]"
)
