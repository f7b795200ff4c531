"""Full names of people where only a surname should stand, told from names of companies, teams, places and products.

A surname with a title (`张总`, `Ms. Lee`) says no more than a masked name, so it may stand.

Surnames are those of the *Hundred Family Surnames* that people bear today, in both scripts. The most frequent ones
tell a name by themselves; the others, and compound ones that brands and cities bear too, only beside a word for a
private customer (`个人客户`) or a title (`女士`).
"""

from __future__ import annotations

import re

from sheetops.domain.patterns import pattern
from sheetops.domain.text import tidy

_FREQUENT = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖蕭田董潘袁蔡蒋蔣余"
    "于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫閻段雷龙龍黎史陶贺賀"
    "毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯温康施洪牛樊葛邢安齐齊庞龐伍庄莊申欧歐"
)
_RARER = frozenset(
    "卫衛柳鲍鮑费費岑倪滕卞卜穆湛祁禹狄臧计計伏成谈談茅纪紀舒屈项項祝阮蓝藍闵閔席季麻路娄婁童颜顏梅盛刁骆駱凌霍虞支柯昝管房裘缪繆"
    "解应應宗宣郁单單杭包诸諸左吉钮鈕嵇滑裴荣榮翁荀於惠甄曲封芮储儲靳汲巫乌烏焦弓谷车車宓蓬班仰仲宁甯寧仇栾欒甘厉厲祖符景詹束"
    "幸韶蓟薊薄印宿怀懷蒲卓蔺藺屠蒙池乔喬阴陰苍蒼闻聞莘党黨翟贡貢劳勞逄姬扶堵冉宰郦酈雍桑桂濮寿壽边邊扈燕冀郏郟浦尚农農柴瞿阎慕连連"
    "茹习習宦艾容古易慎戈庾居衡步耿满滿弘匡文寇禄祿阙闕殳沃蔚夔隆巩鞏聂聶晁勾敖融冷訾辛阚闞那简簡饶饒沙鞠丰豐巢关關蒯查荆荊游遊竺权"
    "權逯盖蓋益桓楼樓苗涂塗佘佟谌諶楚郎岳嶽鹿米粟原苑邝鄺麦麥区區招鄔邬尧堯揭占由晏柏窦竇章花昌俞酆皮华華贝貝强強宫宮苟鄢敬隋商卿兰蘭"
)
_COMPOUND = frozenset(
    re.findall(
        r"\w+",
        "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 司徒 令狐 宇文 端木 独孤 獨孤 呼延 淳于 "
        "赫连 赫連 澹台 澹臺 拓跋 申屠",
    )
)
_COMPOUND_TOO = frozenset(
    re.findall(
        r"\w+",
        "东方 東方 西门 西門 南宫 南宮 东郭 東郭 百里 轩辕 軒轅 濮阳 濮陽 长孙 長孫 太史 钟离 鍾離 闻人 聞人 鲜于 鮮于 "
        "闾丘 閭丘 司空 公羊 仲孙 仲孫 梁丘 左丘 东门 東門 段干 第五",
    )
)
_PRIVATE = pattern(r"个人|個人|会员|會員|散户|散戶|消费者|消費者|individual|personal|private", re.IGNORECASE)
_TITLE = "先生|女士|小姐|太太|同学|同學|老师|老師|经理|經理|主任|医生|醫生"
# What may stand after a surname alone; after more it may be part of a name, or of a company's.
_AFTER_SURNAME = frozenset(
    re.findall(
        r"\w+",
        "总 總 董 工 队 隊 姐 哥 叔 姨 婶 嬸 嫂 伯 大姐 大哥 大叔 大爷 大爺 大妈 大媽 大娘 大嫂 大伯 大夫 阿姨 叔叔 爷爷 爺爺 奶奶 "
        "师傅 師傅 老板 老闆 老總 老总 总监 總監 总经理 總經理 董事长 董事長 店长 店長 校长 校長 院长 院長 部长 部長 科长 科長 处长 處長 "
        "局长 局長 组长 組長 队长 隊長 会长 會長 律师 律師 教授 护士 護士 会计 會計 警官 工程师 工程師 助理 秘书 秘書",
    )
)
_SEPARATOR = pattern(r"(\s*[、,;]\s*)")
_HAN_CUSTOMER = pattern(
    rf"([\u4e00-\u9fff]{{1,4}}?)({_TITLE})?(?:(\s*[-–—/|]+\s*)(.*)|([\s(:,、].*))?", re.DOTALL
)
# Names, places and words for customers that begin as a name of a person would.
_NO_PERSON = frozenset(
    re.findall(
        r"\w+",
        "康师傅 康師傅 鲍师傅 鮑師傅 周大福 周黑鸭 周黑鴨 王府井 马应龙 王老吉 李锦记 李錦記 江小白 张小泉 谢馥春 王致和 周生生 周大生 方太 "
        "金龙鱼 金龍魚 余额宝 白云山 陶陶居 汤达人 华莱士 米其林 费列罗 席梦思 纪梵希 西门子 西門子 屈臣氏 华为 華為 华润 华硕 華碩 "
        "荣耀 米家 连连 康佳 高盛 高通 高德 高露洁 戴尔 戴爾 戴森 白象 白猫 白貓 金蝶 金立 金士顿 金士頓 金拱门 金拱門 石油 石化 孟山都 范思哲 吴裕泰 "
        "吳裕泰 温莎 溫莎 万达 萬達 万科 萬科 万豪 萬豪 万宝路 万事达 龙湖 龍湖 安踏 安利 安联 安聯 罗技 羅技 罗森 羅森 雷诺 雷諾 雷蛇 江铃 江淮 "
        "马自达 馬自達 马士基 馬士基 施耐德 施乐 任天堂 卢森堡 盧森堡 夏威夷 史丹利 杜邦 杜蕾斯 康明斯 常春藤 葛兰素 陆金所 钟薛高 谭木匠 唐人街 "
        "唐人 牛奶 顾问 顧問 高管 高校 白领 白領 "
        "顾客 顧客 游客 遊客 常客 房客 房东 房東 车主 車主 居民 农民 農民 商家 强强 白金 黄金 黃金 白银 白銀 高级 高級 高端 "
        "季度 包年 包月 车友 車友 管理 安全 金融 原有 原始 简易 單位 单位 成人 成年 幸运 关联 關聯 易购 文化 艺术 花店 "
        "江苏 江蘇 江西 江门 温州 温岭 常州 常德 常熟 宁波 寧波 宁夏 寧夏 石家庄 邢台 邵阳 安徽 安庆 安阳 金华 金華 金门 金門 龙岩 景德镇 "
        "柳州 梅州 荆州 荆门 贺州 桂林 蒙古 包头 满洲里 焦作 商丘 许昌 曲靖 曲阜 吉林 吉安 甘肃 沈阳 郑州 徐州 苏州 蘇州 马鞍山 黄山 黄石 "
        "黄冈 白城 白山 于都 单县 项城 滕州 章丘 文山 文昌 康定 韶关 高雄 苗栗 花莲 花蓮 连江 連江 乌海 楚雄 祁阳 舒城 关东 "
        "陕西 岳阳 衡阳 衡水 沙县 丰台 管城 华东 華東 华南 華南 华北 華北 华中 ",
    )
)
_NO_PERSON_END = pattern(
    r"[司店厂廠团團行院校部网網社局所馆館客户戶员員卡级級组組区區]$|科技|集团|集團|公司|企业|企業|商贸|貿易|物流|银行|銀行"
    r"|(?:智能|软件|軟件|軟體|传媒|傳媒|教育|食品|餐饮|餐飲|电子|電子|电器|電器|超市|商城|药房|藥房|航空|财富|證券|证券|保险|保險|国际|國際|实业|實業)$"
)
_LONGEST = 200  # characters; what is longer is a text, not a customer
_WESTERN_NAME = pattern(r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][a-z]+|([A-Z][a-z]+)) [A-Z][a-z]+")
_GIVEN_NAMES = frozenset(
    re.findall(
        r"\w+",
        "James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark "
        "Paul Steven Andrew Peter Kevin Brian George Edward Eric Jason Ryan Mary Patricia Jennifer Linda "
        "Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Sandra Ashley Emily Kimberly Michelle Amanda "
        "Laura Anna Emma Alice Jane Kate Amy Tom Tony Jack Harry Henry Lucy Grace Helen ",
    )
)


def masked_name(customer: str) -> str | None:
    """A customer with a full name as it looks masked (`王*-个人客户`, `Grace L*`); None where no name stands out."""
    text = tidy(customer)
    if len(text) > _LONGEST:
        return None
    shown = _masked_all(text) or _masked_people(text)
    if shown is not None:
        return shown
    name, dash, segment = text.partition("-")
    western = _WESTERN_NAME.fullmatch(name.strip())
    if western and (western[1] is None or western[1] in _GIVEN_NAMES):
        before, surname = name.rsplit(maxsplit=1)
        gap = name[len(name.rstrip()) :]
        return f"{before} {surname[0]}*{gap}{dash}{segment}"
    return None


def _masked_all(text: str) -> str | None:
    """A text that begins with a full name, masked: of two people in it, neither is shown."""
    shown, rest = _masked_han(text)
    while shown and rest and (more := _masked_han(rest))[0]:
        shown, rest = shown + more[0], more[1]
    return shown + rest if shown else None


def _masked_people(text: str) -> str | None:
    """Several people and nothing else (`王五、李四`), masked; None where one of them may be something else."""
    pieces = _SEPARATOR.split(text)
    if len(pieces) == 1:
        return None
    people = [_masked_all(piece) or (piece if _is_discreet(piece) else None) for piece in pieces[::2]]
    masked = [person for person in people if person is not None]
    if len(masked) < len(people) or masked == pieces[::2]:
        return None
    pieces[::2] = masked
    return "".join(pieces)


def _masked_han(text: str) -> tuple[str, str]:
    """A full name at the beginning of a text as it looks masked, with what parts it from the rest, and the rest."""
    match = _HAN_CUSTOMER.fullmatch(text)
    if match is None:
        return "", text
    name, title, dash, segment, apart = match.groups()
    surname = _surname(name, title, dash, segment if dash else apart)
    if surname is None:
        return "", text
    parting, rest = (dash, segment) if dash else ((apart or "")[:1], (apart or "")[1:])
    return f"{surname}*{title or ''}{parting}", rest


def _surname(name: str, title: str | None, dash: str | None, segment: str | None) -> str | None:
    """The surname of a full name; None where it is none, or may be something else's."""
    if len(name) < 2 or name in _NO_PERSON or _NO_PERSON_END.search(name) or _is_discreet(name):
        return None  # a surname with a title says no more than a masked name
    private = bool(title) or (segment is not None and _PRIVATE.search(segment) is not None)
    if segment is not None and not dash and not private:
        return None  # what stands apart with no dash between says of a company where it is
    double = name[:2] if len(name) > 2 else ""
    if double in _COMPOUND or (private and double in _COMPOUND_TOO):
        return double
    if len(name) > 3 or name in _COMPOUND or name in _COMPOUND_TOO:
        return None
    if name[0] in _FREQUENT:
        return name[0] if private or segment is None or len(name) == 3 else None
    return name[0] if private and name[0] in _RARER else None


def _is_discreet(name: str) -> bool:
    """Whether a name is a surname and a title, which says no more than a masked name."""
    double = name[:2] in _COMPOUND or name[:2] in _COMPOUND_TOO
    title = name[2:] if double else name[1:] if name[:1] in _FREQUENT or name[:1] in _RARER else ""
    return title in _AFTER_SURNAME or (bool(title) and title in _TITLE.split("|"))
