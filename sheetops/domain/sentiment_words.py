"""Words by which feedback is estimated to sound: a small list that a person can read, and disagree with.

Chinese stands here in Simplified characters and serves both scripts. `GOOD` and `BAD` words count 1, `VERY_GOOD` and
`VERY_BAD` 2; a `NEGATOR` shortly before turns a word over. Set phrases stand as a whole where their parts would
mislead (没话说 praises, 没有解决 complains, 差强人意 is neither). `EVEN` words say that it was middling.
"""

from __future__ import annotations

from typing import Final

_VERY_GOOD: Final = """
非常满意 十分满意 很满意 超满意 特别满意 非常好 特别好 太好了 太棒了 很棒 超棒 完美 优秀 一流 赞 点赞 五星 好评 惊喜 惊艳 没话说 没得说 无可挑剔
挑不出毛病 好得很 强烈推荐 感激 感动 帮了大忙 解了燃眉之急 超出预期 棒
|excellent|perfect|perfectly|outstanding|brilliant|amazing|fantastic|superb|awesome|wonderful|delighted|impressed|flawless
|exceeded my expectations|above and beyond|could not be better|couldn't be better|cannot fault|can't fault|five stars|top notch
|first class|love it|loved
"""
_GOOD: Final = """
满意 好 快 更快 简单 合理 公道 诚意 不错 挺好 很好 蛮好 可以的 给力 靠谱 放心 安心 省心 舒服 开心 高兴 愉快 喜欢 方便 便捷 顺利 顺畅 流畅 清楚 清晰 明白 易懂 详细 耐心
细心 贴心 热心 热情 亲切 礼貌 友好 客气 专业 认真 负责 周到 及时 迅速 很快 快速 真快 又快 挺快 快捷 高效 效率高 准时 按时 准确 到位 有用 实用
好用 好使 受用 有帮助 帮到 解决了 已解决 都解决 修好 搞定 处理好 弄好 恢复了 谢谢 感谢 多谢 辛苦了 感恩 值得 推荐 信赖 信任 支持 认可 欣赏 继续保持
再接再厉 秒回 一次就 当天就 马上就 立刻就 没问题 没有问题 没毛病 不用等 不用催 没耽误 未耽误 没有耽误 正是我们需要 正合 符合预期 如期
|helped|good|great|nice|fine job|satisfied|happy|pleased|glad|thanks|thank you|thankful|grateful|appreciate|appreciated|helpful|friendly|polite
|kind|patient|patiently|professional|competent|knowledgeable|clear|clearly|easy|easily|simple|quick|quickly|fast|prompt|promptly|speedy
|smooth|smoothly|efficient|reliable|solved|resolved|fixed|sorted|works now|works again|working again|recommend|useful|thorough
|on time|in time|same day|right away|immediately|no problem|no problems|no complaints|no issues|without any problem|well done|well explained|well
|just what we needed|as promised|as expected|courteous|pleasant|comfortable|convenient|improved|better
"""
_EVEN: Final = """
一般 一般般 还行 还可以 尚可 凑合 马马虎虎 中规中矩 普通 普普通通 过得去 勉强 将就 差强人意 还好 无所谓 没感觉 没什么感觉 不好不坏 说不上 谈不上 说不好 没意见
希望 建议 最好能 如果能 要是能 有待 有待观察 再看看 先用着 暂时 基本
|ok|okay|so so|so-so|average|acceptable|adequate|mediocre|middling|neutral|fair enough|not bad|could be better|could be worse|nothing special
|it will do|would be nice|i suppose|hope|hopefully|suggest|maybe|wait and see|neither|decent
"""
_BAD: Final = """
差 糟 烂 坏 慢 太慢 很慢 久 太久 很久 好久 拖 拖延 拖沓 敷衍 推诿 推脱 推来推去 踢皮球 冷淡 冷漠 态度差 傲慢 粗鲁 生硬 不耐烦 不专业 不靠谱 不负责 不及时
不方便 不清楚 不明白 不合理 不理 不管 不回 不接 不通 不行 不好 不满 不便 不足 不准 不对 不周 不佳 不稳定 麻烦 繁琐 复杂 混乱 混淆 难用 难找 难懂 看不懂 听不懂
困难 失望 遗憾 无奈 无语 生气 气愤 着急 担心 烦 烦人 累 费劲 耽误 影响了 影响工作 延误 延迟 迟到 迟迟 错 错误 出错 搞错 弄错 漏 遗漏 丢 丢失 缺 故障 卡顿 卡死 崩溃 闪退 报错 失败
白跑 白等 反复 来回 好几次 好几遍 说了三遍 问了三遍 打了三次 催了 一催再催 还在等 一直在等 等了 没人 无人 没回复 没有回复 没回应 没下文 没结果 没消息 没有消息 没用 没效果 没变化 没改善
没收到 没到账 还没 还没有 至今 又坏了 又出现 又来了 再次出现 老问题 治标不治本 怀疑 不敢 退步 倒退 贵 太贵 乱收费 隐瞒 不怎么样 不咋样 不太好 不够 差一点 差点意思 答非所问 机械 模板
|did not help|didn't help|bad|poor|poorly|slow|slowly|late|delay|delayed|delays|waiting|waited|wait|long|rude|unfriendly|impolite|arrogant|unhelpful|useless|unclear|confusing
|confused|complicated|difficult|hard|annoying|annoyed|annoyance|disappointed|disappointing|disappointment|unhappy|dissatisfied|unsatisfied|upset|angry
|frustrated|frustrating|worried|wrong|error|errors|mistake|mistakes|fail|failed|fails|failing|broken|broke|crash|crashes|crashed|bug|bugs|buggy|missing|lost|unresolved
|unsolved|unanswered|ignored|again and again|three times|several times|twice|chase|chased|chasing|repeatedly|back and forth|copy-paste|copy and paste|excuse|excuses|expensive|overpriced
|no answer|no reply|no response|no solution|no help|no idea|nobody|no one|never|still|problem|problems|issue|issues|too|worse|unprofessional|incompetent|careless|inconvenient|passed around
|messy|unreliable|unacceptable
"""
_VERY_BAD: Final = """
不满意 很不满 极差 太差 很差 差劲 差评 糟糕 糟透 烂透 恶劣 垃圾 坑人 坑爹 骗人 骗子 欺骗 投诉 曝光 维权 赔偿 再也不 受够了 忍无可忍 气死 火大 一塌糊涂 浪费时间 浪费钱 太失望 非常失望 没解决
没有解决 未解决 还没解决 没有处理 没处理 没人管 没人理 毫无 根本没 根本不 完全没 完全不 一点用 一点没 退款无门 不会再
|terrible|horrible|awful|worst|disaster|disgusting|appalling|dreadful|waste of time|waste of money|scam|fraud|never again|not solved|not resolved|not fixed|not working
|does not work|doesn't work|did not work|didn't work|still not|complain|complaint|refund|unbelievable|shame|pathetic|fed up|cancel|cancelling
"""
_NEGATORS: Final = """
不 没 没有 未 无 非 别 并非 不是 并不 不太 不够 不怎么 没怎么 不算 算不上 称不上 从不 从没 从来没 毫不 难以 难 缺乏 缺少 不能 无法 未能 没能 没法
|not|no|never|n't|cannot|can't|don't|doesn't|didn't|isn't|wasn't|aren't|weren't|won't|wouldn't|couldn't|hasn't|haven't|without|hardly|barely|nothing|nor|neither|lack|lacks|lacking
|far from|anything but|less than
"""
_TURNS: Final = "但 但是 不过 可是 可 然而 只是 就是 却 而 虽说 后来 结果 |but|however|yet|although|though|unfortunately|sadly|except|still"


def _split(text: str) -> tuple[str, ...]:
    """Chinese words by blanks, Latin ones by bars, as they may hold blanks."""
    chinese, *latin = text.replace("\n|", "|").split("|")
    return (*chinese.split(), *(word.strip() for word in latin if word.strip()))


WEIGHTS: Final = {
    word: weight
    for words, weight in ((_VERY_GOOD, 2), (_GOOD, 1), (_EVEN, 0), (_BAD, -1), (_VERY_BAD, -2))
    for word in _split(words)
}
NEGATORS: Final = frozenset(_split(_NEGATORS))
TURNS: Final = frozenset(_split(_TURNS))
