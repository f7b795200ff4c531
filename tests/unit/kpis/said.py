"""Short feedbacks as customers of an invented company give them, each with how a person reads it.

Worded and labelled before the estimate was tried on them: `+` good, `0` even or mixed, `-` bad. Those at even places
were used to mend the list of words, those at odd places only to judge it.
"""

from __future__ import annotations

from typing import Final

SAID: Final[tuple[tuple[str, str], ...]] = tuple(
    (line[0], line[2:].strip())
    for line in """
+ 处理很快，谢谢
+ 客服耐心解释了两遍，终于明白了
+ 问题当天就解决了
- 等了一个星期都没有人回电话
- 同样的问题反复出现，很失望
- 不满意，退款还没到账
0 还行吧
0 一般，没什么特别的感觉
+ 态度很好，讲得也清楚
- 态度好是好，但问题没有解决
+ 虽然等了一会儿，但最后处理得很好
- 说了三遍才听懂，太累了
+ 比我想的还要快
- 电话一直打不通
+ 一次就搞定，省心
0 功能能用，就是界面有点旧
- 客服推来推去，谁都不负责
+ 没想到周末也有人处理，赞
- 根本没解决，还要我自己想办法
+ 没什么问题，挺好的
0 尚可，希望后续能增加提醒功能
- 不太满意，回复都是模板
+ 技术人员很专业，一看就知道原因
- 修好了又坏，第三次了
+ 感谢小李，帮了大忙
- 答应周五给结果，到现在也没消息
+ 物流慢了点，不过客服态度很好，问题也解决了
- 耽误了我们月底结账
+ 发票当天补开，很及时
- 导出还是报错
+ 退款比预计早到两天
0 价格贵了一点，质量还可以
- 不敢再买了
+ 会推荐给朋友
- 完全没有解释原因就关闭了工单
0 暂时没发现问题，再观察一下
+ 没有推脱，主动承担了运费
- 客服像机器人一样答非所问
+ 流程简单，不用跑腿
- 操作步骤太复杂，看不懂
+ 总算解决了，谢谢你们的坚持
- 解决是解决了，但拖了半个月
+ 回访很贴心
- 垃圾服务，再也不来了
+ 没得说，五星
- 赔偿方案不合理
0 正常处理，没有惊喜也没有不满
+ 系统稳定多了
- 系统越更新越慢
+ 说明书写得很详细，照着做就好了
- 上门师傅迟到两个小时
0 态度可以，效率一般
- 积分少了没人管
+ 补偿到位，满意
- 这不是我想要的答案
+ 回答准确
- 优惠券用不了，客服也不知道怎么办
+ 挺不错的，继续保持
- 催了才动
0 勉强接受
+ 不用催就主动告诉我进度
- 三天两头掉线
+ 问题定位准，修复快
- 承诺的功能至今没上线
0 没用过几次，说不好
+ 客服小妹妹声音甜，人也热情
- 换货换来的还是坏的
+ 真心感谢
- 没有诚意
+ 很满意這次的服務
+ 客服很有耐心，一步一步教我
- 等了三天都沒有人回覆
- 問題沒有解決，只叫我再等等
0 普通，沒有特別的感覺
+ 處理速度很快，謝謝
- 退貨流程太麻煩了
+ 沒想到這麼快就修好了
- 打了好幾次電話都沒人接
0 還可以，但介面不太直覺
- 說明不清楚，看了還是不會用
+ 態度親切，會再光顧
- 不會再用你們的產品
+ 專業又有效率
- 回覆都是罐頭訊息
+ 終於可以正常登入了，感謝工程師
- 匯出的報表還是錯的
0 尚可接受
+ 比之前進步很多
- 退款退了一個月
+ 沒話說，超棒
- 連一句道歉都沒有
+ 準時送達，包裝完整
- 一直跳針，根本沒聽懂我的問題
+ 雖然有點久，但結果令人滿意
0 價格合理，其他沒意見
- 帳號被鎖了兩天，影響工作
+ 窗口很負責
- 服務品質一年不如一年
+ Quick and friendly, thank you
+ Solved in one call
- Still waiting for a reply after two weeks
- I had to explain the same thing three times
0 It was ok
0 Average service, nothing special
+ Not bad at all, I was back online within the hour
- Not good, the export still fails
- Nobody called me back
+ No problems so far, works great
- The answer did not help me at all
+ Very patient and knowledgeable agent
- Polite, but my issue was never solved
+ It took a while, but the result is excellent
- Worst support ever
0 Fine, but a bit slow
- Being passed around between departments is frustrating
+ Couldn't be happier
- I am not satisfied with the refund
+ The engineer fixed it the same day
- You closed my ticket without an answer
0 Acceptable, could be better
+ Clear instructions, easy to follow
- The instructions are confusing
+ Exactly what we needed
- We lost a whole day because of this
+ Much better than last year
- Getting worse every month
+ Great follow-up call
- No one seems to know the product
0 Neither good nor bad
+ They kept their promise
- They promised a call and never did
+ I would recommend you to others
- Cancelled my subscription because of this
+ Resolved before I even noticed
- Copy-paste answers only
0 Does what it should
- Too many forms for a simple request
+ Smooth process from start to finish
- The technician was late again
+ Happy with the compensation
- Hardly any help
+ Everything is working again, thanks
- The update broke our reports
0 No strong opinion
+ Very professional
- It is unclear what happens next
+ Wonderful service
- Slow, slow, slow
0 The agent was nice, the wait was long
+ Without your help we would have missed the deadline
- Far from helpful
+ Prompt reply, problem gone
- The invoice is wrong for the third time
+ You made my day
""".strip().splitlines()
)
