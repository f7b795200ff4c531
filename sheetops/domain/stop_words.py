"""Words that say nothing about what a request is about, and words of the trade that a dictionary cuts wrongly.

`SILENT` words end a phrase and are never a keyword. `WEAK` words are no keyword alone, but may stand in a phrase:
无法 says nothing, 无法登录 does. `TRADE` words are never cut (没收到 is not 没收 and 到). Chinese stands here in
Simplified characters; text is folded to them before it is compared, so one list serves zh-Hans and zh-Hant.
"""

from __future__ import annotations

from typing import Final

_SILENT_ZH: Final = """
的 了 是 在 有 和 与 及 或 也 都 就 我 你 您 他 她 它 这 那 请 吗 呢 吧 啊 呀 嘛 哦 喔 耶 哈 被 把 将 对 从 给 为 会 要 后 时 但 且 而
并 让 向 于 以 之 其 该 此 每 各 某 再 又 还 很 太 更 最 才 只 已 着 过 地 得 所 等 由 因 如 若 则 即 跟 同 至 到 去 来 说 做 个 些 位 次
我们 你们 他们 她们 它们 咱们 自己 本人 别人 大家 对方 这个 那个 这些 那些 这样 那样 这里 那里 这边 那边 什么 怎么 怎样 如何 为何 为什么
哪里 哪个 哪些 多少 几个 是否 能否 可否 有没有 是不是 能不能 可不可以 可以 能够 应该 需要 想要 希望 要求 想 能 可 应 须
请问 麻烦 帮忙 谢谢 感谢 你好 您好 以及 或者 并且 而且 但是 不过 可是 然而 因为 由于 所以 因此 如果 假如 虽然 尽管 即使 只要 只有 除了
关于 对于 根据 按照 通过 经过 为了 已经 曾经 正在 将要 马上 立刻 尽快 尽早 目前 现在 今天 昨天 明天 前天 刚才 刚刚 最近 近期 之前 之后
以前 以后 然后 后来 当时 同时 期间 一直 总是 经常 有时 偶尔 再次 多次 一次 又一次 仍然 仍 依然 还是 还有 就是 也是 都是 不是 而是 只是
非常 十分 特别 比较 有点 一些 一下 一点 一个 一种 全部 所有 任何 其他 其它 另外 等等 左右 上午 下午 晚上 早上 小时 分钟 今年 去年 本月 上月
客户 顾客 用户 客人 咨询 询问 反映 反馈 表示 告知 告诉 说明 提出 称 来电 致电 电话咨询 请教 想问 问一下 想知道 了解 发现 觉得 认为
"""

_WEAK_ZH: Final = """
不 没 未 无 非 别 无法 不能 不可 不会 不可以 没有 没法 未能 不了 不到 不上 不出 出现 存在 发生 进行 使用 显示 提示 问题 情况 事情 时候
原因 方法 方式 处理 解决 情形 内容 部分 方面 相关 正常 异常 失败 错误 成功 查询 查看 办理 申请 操作 功能 系统 服务 影响 导致 造成 建议
增加 支持 提供 增添 新增 直接 自动 打开 点击 收到 有误 不同 相同 多个 两个 三个 第一 第二 天 月 年 日 号 元 件 条 张 份 家 种 上 下 中
里 内 外 前 间 大 小 多 少 高 低 新 旧 好 坏 快 慢
"""

_TRADE_ZH: Final = """
没收到 收不到 未收到 没到账 未到账 不到账 没发货 未发货 不发货 没更新 未更新 打不开 打不通 登不上 登录不上 进不去 上不去 连不上 用不了
退不了 下不了单 付不了款 改不了 查不到 看不到 找不到 点不动 没反应 没人接 没人管 没人回复 不好用 不满意 不耐烦 不清楚 不清晰 不合理 不准确
不及时 不一致 不方便 不稳定 不匹配 不符合 闪退 卡顿 死机 黑屏 白屏 花屏 掉线 断线 断网 乱码 错发 漏发 少发 多发 发错货 发错 重复扣款
重复收费 多扣款 多收费 乱扣费 扣错 开错 填错 写错 重开 补开 换货 退货 退款 退换货 退款到账 到账 扫码 二维码 验证码 优惠券 优惠码 满减
积分 会员 会员卡 会员日 积分兑换 发票 专票 普票 电子发票 抬头 税号 对账 对账单 账单 结算 充值 提现 绑卡 解绑 实名认证 人脸识别 找回密码
重置密码 改密码 物流 快递 快递员 运费 包邮 签收 催单 催发货 客服 客服电话 在线客服 售后 售前 工单 热线 导出 导入 汇出 汇入 报表 月报
后台 前台 小程序 公众号 推送 接口 单点登录 权限 子账号 主账号 数据同步 分期 月结 开户 销户 资料 帐号 账号
"""

_SILENT_EN: Final = """
a an the and or but if so as at by for from in into of off on onto out over per to under up upon via with within without this that these
those it its he his him she her hers they them their theirs we us our ours you your yours i me my mine who whom whose which what when where
why how is are was were be been being am do does did done doing have has had having will would shall should can could may might must
there here then than too very just only also still again more most much many few some any all each every both other another same such own
one two three first second after before during since until while because although though however please thanks thank hello hi dear
regards customer customers client clients user users caller asks asked ask asking says said say saying tell told wants wanted want would
like likes wish wishes reports reported report requests requested request inquires inquired about today yesterday tomorrow now soon
recently already always often sometimes ever later ago day days week weeks month months year years time times hour hours minute minutes
"""

_WEAK_EN: Final = """
not no never none nothing cannot can't don't doesn't didn't won't isn't aren't wasn't unable able get gets getting got give gives given
make makes made go goes going come comes came keep keeps see sees seen show shows shown shown use uses used using work works working
need needs needed help helps issue issues problem problems question questions case cases thing things way ways due new old good bad
wrong right different number item part several
"""

SILENT: Final = frozenset(f"{_SILENT_ZH} {_SILENT_EN}".split())
WEAK: Final = frozenset(f"{_WEAK_ZH} {_WEAK_EN}".split())
TRADE: Final = tuple(_TRADE_ZH.split())
