"""A description that says nothing: `不好用`, `系统有问题`, `it does not work`, `同上`, `???`.

Judged is whether anything is left once words that describe no problem in particular (`有问题`, `不行`) and filler
(`客户反映`, `系统`, `please`) are taken away. One word more, such as what does not work, and the description
stands. A customer's own words, marked `客户原话`, stand too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from sheetops.domain.cell_texts import CellTexts
from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.values import as_text

_LONGEST, _LONGEST_HAN = 60, 20  # characters; no one says nothing at such length
_VAGUE_ZH = (
    "不好用|不太好用|难用|難用|很难用|有问题|有問題|出问题|出問題|出现问题|出現問題|有点问题|有點問題|"
    "问题|問題|不行|不可以|不能用|不能使用|无法使用|無法使用|用不了|没法用|沒法用|沒辦法用|没办法用|"
    "不会用|不會用|不好|不太好|不正常|异常|異常|有异常|有異常|出错|出錯|报错|報錯|错误|錯誤|有错误|有錯誤|"
    "故障|有故障|出故障|坏了|壞了|坏掉|壞掉|有毛病|有bug|bug|没反应|沒反應|失败|失敗|体验差|體驗差|"
    "体验不好|體驗不好|很差|太差|差|垃圾|不满意|不滿意|要投诉|要投訴|想投诉|想投訴|投诉|投訴|有意见|"
    "有意見|咨询|諮詢|咨詢|建议|建議|需要优化|需要優化|需要改进|需要改進|要改进|要改進|希望改进|希望改進|"
    "优化|優化|求助|帮忙|幫忙|需求|无|無|暂无|暫無|未知|不详|不詳|待补充|待補充|待填写|待填寫|待定|测试|"
    "測試"
)
_FILLER_ZH = (
    "客户|客戶|用户|用戶|顾客|顧客|反映|反馈|反饋|回饋|反应|反應|来电|來電|说|說|称|稱|表示|觉得|覺得|"
    "认为|認為|系统|系統|产品|產品|软件|軟體|平台|东西|東西|功能|你们|你們|我们|我們|贵司|貴司|他|她|它|"
    "我|您|你|的|了|很|太|非常|真|真的|有点|有點|有些|总是|總是|老是|一直|又|也|都|就|还|還|是|在|这个|"
    "這個|那个|那個|这|這|那|请|請|麻烦|麻煩|尽快|盡快|处理|處理|解决|解決|一下|啊|呢|吧|呀|要|想|有|个|"
    "個"
)
_REFERENCE_ZH = (
    "同上|如上|同前|如题|如題|见附件|見附件|详见附件|詳見附件|如附件|如图|如圖|见图|見圖|见截图|見截圖|"
    "如下|见邮件|見郵件|见聊天记录|見聊天記錄|见备注|見備註|见群聊|見群組"
)
_VAGUE_EN = (
    r"not good|no good|bad|does ?n.?t work|do ?n.?t work|does not work|do not work|not work(?:ing)?|(?:is ?n.?t|is not) working"
    r"|broken|problems?|issues?|errors?|bugs?|not ok(?:ay)?|fail(?:s|ed|ure)?|unusable|useless|poor|wrong|help|complaints?"
    r"|questions?|inquiry|needs? improvement|improve|hard to use|can.?t use|cannot use|stopped working|n a|none|unknown|tbd|test"
)
_FILLER_EN = (
    r"the|a|an|it|its|it s|is|are|was|has|have|had|having|there|this|that|some|any|very|really|too|so|just|please|pls"
    r"|customers?|clients?|users?|callers?|says?|said|reports?|reported|complains?|complained|system|product|software|app"
    r"|service|things?|something|with|of|my|our|your|i|we|they|again|still|always|asap|fix|check|in|to|be|do|about|and"
)
_REFERENCE_EN = (
    r"same as (?:above|before|last time)|as above|see above|ditto|see (?:the )?(?:attach(?:ed|ment)|mail|e ?mail|screenshot"
    r"|picture|notes?)|as discussed|see chat"
)


def _either(chinese: str, english: str) -> str:
    longest_first = sorted(set(chinese.split("|")), key=len, reverse=True)
    return rf"(?:{'|'.join(longest_first)}|\b(?:{english})\b)"


_VAGUE, _FILLER = _either(_VAGUE_ZH, _VAGUE_EN), _either(_FILLER_ZH, _FILLER_EN)
_REFERENCE = _either(_REFERENCE_ZH, _REFERENCE_EN)
_NOTHING = pattern(rf"(?:{_VAGUE}|{_FILLER}|\s)*")
_NUMBERS = pattern(rf"(?:{_FILLER}|\s|\d)*")
_ELSEWHERE = pattern(rf"(?:{_FILLER}|\s)*{_REFERENCE}(?:{_FILLER}|\s)*")
# One of these is in every reference; most texts have none, and the pattern is large.
_REFERENCES = (*_REFERENCE_ZH.split("|"), "same as", "as above", "see ", "ditto", "as discussed")
_SIGNS_ZH = frozenset(_VAGUE_ZH + _FILLER_ZH + _REFERENCE_ZH)  # ASCII letters among them: bug
_NOT_WORDS = pattern(r"[\W_]+")


def check(look: Look) -> Iterator[Finding]:
    """Descriptions of which nothing is left."""
    texts = look.texts("description")
    verdicts: dict[int, str] = {}
    for place in _short(texts):
        if not is_error(texts.cells[place]) and (variant := _judge(texts.texts[place])) is not None:
            verdicts[place] = variant
    for index, variant in texts.rows(verdicts):
        yield look.finding(index, "description", variant, value=as_text(look.log.cells("description")[index]))


def _short(texts: CellTexts) -> Iterator[int]:
    """The places of the texts that are short enough to say nothing."""
    for place, text in enumerate(texts.texts):
        if len(text) <= _LONGEST_HAN or (text.isascii() and len(text) <= _LONGEST):
            yield place


def _judge(text: str) -> str | None:
    """The variant of the finding, None where the text says something (or is blank)."""
    if len(text) > (_LONGEST if text.isascii() else _LONGEST_HAN) or not text.strip():
        return None
    words = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    if not _may_match(words):
        return None
    if any(map(words.__contains__, _REFERENCES)) and _ELSEWHERE.fullmatch(words):
        return "reference"
    if _NOTHING.fullmatch(words):
        return ""
    return "" if any(map(str.isdecimal, words)) and _NUMBERS.fullmatch(words) else None


def _may_match(words: str) -> bool:
    """False where the patterns match for no reason: one sign is in none of them. They are the program's largest, so a
    log with such texts alone never compiles them.
    """
    strange = [
        sign
        for sign in set(words) - _SIGNS_ZH
        if not ("a" <= sign <= "z" or sign.isspace() or sign.isdecimal())
    ]
    return all(f"n{sign}t" in words for sign in strange)  # any sign may be the apostrophe of an English word


RULE = Rule("vague-description", Severity.WARNING, check, by_row=True)
