"""Strings of the tab "Films", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "recommendation.tab": ("Films", "电影推荐"),
    "recommendation.step1": ("Data", "数据"),
    "recommendation.step1_text": (
        "Films in the order in which somebody rated them (MovieLens), and nothing else: no stars, no genres, no plot. Pick "
        "{low} to {high}.",
        "一个人评价电影的先后顺序（MovieLens），仅此而已：没有星级、类型和剧情。请选 {low} 到 {high} 部，可输入英文片名搜索。",
    ),
    "recommendation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "recommendation.step2_text": (
        "Hide a film: it is the answer to predict from the others. Training hides {ratio} of the films; in {last} of "
        "the stretches, the last one alone.",
        "遮住一部电影，让其余的来猜，它就是正确答案。训练时每部电影以 {ratio} 的概率被遮住；有 {last} 的片段只遮最后一部。",
    ),
    "recommendation.step3": ("What the model learned", "模型学到了什么"),
    "recommendation.step3_text": (
        "Which films are rated together. BERT4Rec, a small transformer, gives every film a probability; a random guess is "
        "right once in {candidates}.",
        "哪些电影常常结伴出现。小型 Transformer BERT4Rec 给每部电影一个概率；瞎猜每 {candidates} 次才对一次。",
    ),
    "recommendation.step4": ("What the features are good for", "特征有什么用"),
    "recommendation.step4_text": (
        "Every film became a vector. The model was given no genres, yet films of one genre lie close together.",
        "每部电影都成了一个向量。没有人告诉模型类型，同类型的电影却靠在一起。",
    ),
    "recommendation.films": ("Your films in order; type to search", "你的电影，按先后排列"),
    "recommendation.set_space": ("Science fiction", "科幻"),
    "recommendation.set_family": ("Animation", "动画"),
    "recommendation.set_crime": ("Crime", "犯罪"),
    "recommendation.set_love": ("Romance", "爱情"),
    "recommendation.set_fear": ("Horror", "恐怖"),
    "recommendation.set_old": ("Before 1960", "1960 年以前"),
    "recommendation.another_model": ("Another model", "换一个模型"),
    "recommendation.another_model_why": (
        "A second network learned from the same ratings in random order: see what it does without the order.",
        "另一个网络用打乱顺序的同样评分训练：看看不知道先后时它会怎样。",
    ),
    "recommendation.model": ("Model", "模型"),
    "recommendation.model_movielens": ("in the order of rating", "按评价顺序训练"),
    "recommendation.model_shuffled": ("trained in random order (control)", "从未见过顺序（对照）"),
    "recommendation.source": ("Where the data come from", "数据从哪里来"),
    "recommendation.source_why": (
        "The order is not quite that of watching, and the licence allows no commercial use.",
        "这个顺序并不就是观影的顺序，许可也不允许商用。",
    ),
    "recommendation.licence": (
        "Trained on MovieLens (GroupLens, University of Minnesota; Harper and Konstan 2015): {ratings} ratings by {users} users. "
        "**Its licence** allows research use and passing on, transformations included, under the same terms, and no commercial use "
        "without permission. Weights, titles and neighbour lists are such transformations: they are shipped under those terms, in "
        "`README.txt` beside them; the ratings are not shipped. GroupLens does not endorse this page.",
        "训练数据为 MovieLens（明尼苏达大学 GroupLens；Harper 与 Konstan，2015）：{users} 位用户的 {ratings} 条评分。**其许可**允许用于研究，也允许在同样条款下"
        "再分发，包括变换后的形式；未经许可不得商用。权重、片名和近邻表都属于这样的变换，因此按同样条款随附，条款见同目录的 `README.txt`；评分本身不随附。"
        "GroupLens 并不为本页面背书。",
    ),
    "recommendation.pace": (
        "**A limit of the data:** people enter films in bulk. {minute} of these ratings came within a minute of the one before, "
        "{second} in the same second. So the order is partly that of the lists the site showed, not that of watching.",
        "**数据的局限：** 人们往往成批录入。{minute} 的评分与上一条相隔不到一分钟，{second} 在同一秒。所以这个顺序部分是网站列表的顺序，而不是观影的先后。",
    ),
    "recommendation.more": ("Pick at least {low} films.", "请至少选 {low} 部电影。"),
    "recommendation.hide": ("Hide one; below is what the network gets", "遮住哪一部？下面是网络得到的输入"),
    "recommendation.item": ("{number}. {title}", "{number}. {title}"),
    "recommendation.mask": ("hidden", "已遮住"),
    "recommendation.verdict": (
        "Hidden: <b>{title}</b>. The model puts it in place <b>{rank}</b> of {candidates} with {probability}; a random guess has "
        "{chance}. Item neighbours put it in place {knn}, popularity in place {popularity}.",
        "被遮住的是 <b>{title}</b>。模型把它排在 {candidates} 部中的第 <b>{rank}</b> 位，概率 {probability}；瞎猜的概率是 {chance}。物品近邻把它排在第 {knn} 位，"
        "热门榜排在第 {popularity} 位。",
    ),
    "recommendation.guesses": ("First predictions for the hidden film", "对被遮电影的前几个猜测"),
    "recommendation.attention": ("Where the model looked", "它看了哪里"),
    "recommendation.attention_why": (
        "See which films of the list the prediction rests on.",
        "看看这个预测依据了列表里的哪些电影。",
    ),
    "recommendation.attention_of": (
        "Attention of the hidden place (mean of the heads)",
        "它看了哪里（注意力，各头平均）",
    ),
    "recommendation.next": ("What comes next?", "接下来看什么？"),
    "recommendation.next_why": (
        "What a recommender is for: ten films after your list, by three methods.",
        "推荐系统的本职：看完你的列表之后的十部电影，用三种方法。",
    ),
    "recommendation.next_text": (
        "After the whole list, by three methods. Read backwards, {kept} of the network's ten stay.",
        "看完整个列表之后，用三种方法推荐。若把列表倒过来读，网络的十部中有 {kept} 部不变。",
    ),
    "recommendation.by_network": ("Network: probability", "网络：概率"),
    "recommendation.by_knn": ("Item neighbours: weighted sum of cosines", "物品近邻：余弦加权和"),
    "recommendation.by_popularity": ("Popularity: ratings", "热门榜：评分数"),
    "recommendation.network": ("network", "网络"),
    "recommendation.knn": ("item neighbours", "物品近邻"),
    "recommendation.popularity": ("popularity", "热门榜"),
    "recommendation.in_random_order": ("network, list shuffled", "网络，列表打乱"),
    "recommendation.control": ("trained shuffled", "打乱顺序训练"),
    "recommendation.hits": (
        "Right film among the first ten, unseen last films",
        "前十名中包含未见过的最后一部（命中率）",
    ),
    "recommendation.hits_axis": ("HR@10", "命中率 HR@10"),
    "recommendation.card": ("Is it better than counting?", "它比单纯统计更好吗？"),
    "recommendation.card_why": (
        "One hidden film can be luck: hit rates on the last films of all users, beside two methods without a network.",
        "一部电影可能是运气：看所有用户最后一部电影上的命中率，以及两种不用网络的方法。",
    ),
    "recommendation.accuracy": (
        "The last film of each of {n} users, never seen in training, ranked among all films the user had not rated. Among the first "
        "ten (HR@10): network **{hit_rate}**, item neighbours {knn_hit_rate}, popularity {popularity_hit_rate}, chance "
        "{chance_hit_rate}. NDCG@10, which rewards a high place: **{ndcg}**, {knn_ndcg}, {popularity_ndcg}, {chance_ndcg}. With {n} "
        "users the standard error of a share is about ± {error} points.",
        "对 {n} 位用户各自最后一部、训练中从未见过的电影，在该用户未评过的全部电影中排名。进入前十（HR@10）：网络 **{hit_rate}**，物品近邻 {knn_hit_rate}，"
        "热门榜 {popularity_hit_rate}，随机 {chance_hit_rate}。看重名次的 NDCG@10：**{ndcg}**、{knn_ndcg}、{popularity_ndcg}、{chance_ndcg}。"
        "{n} 位用户意味着比例的标准误约为 ± {error} 个百分点。",
    ),
    "recommendation.winner": ("Best rank: {methods}.", "排名最好的是：{methods}。"),
    "recommendation.not_significant": (
        "**Which is better?** For {network} users only the network is right, for {knn} only item neighbours. The exact McNemar "
        "test on them gives p = {p}: these users show no difference in HR@10.",
        "**哪个更好？** 只有网络答对的用户有 {network} 位，只有物品近邻答对的有 {knn} 位。对他们做 McNemar 精确检验，p = {p}：这些用户未显示出 HR@10 "
        "上的差别。",
    ),
    "recommendation.significant": (
        "**Which is better?** For {network} users only the network is right, for {knn} only item neighbours. The exact McNemar "
        "test on them gives p = {p}. Better in HR@10: {ahead}.",
        "**哪个更好？** 只有网络答对的用户有 {network} 位，只有物品近邻答对的有 {knn} 位。对他们做 McNemar 精确检验，p = {p}：HR@10 上更好的是{ahead}。",
    ),
    "recommendation.validation": (
        "On the film before the last, by which the settings of both were chosen: network {hit_rate}, item neighbours "
        "{knn_hit_rate}. Each film of a history counts {decay} times as much as the next one for the neighbours. Counting who "
        "rated what is hard to beat on so few users.",
        "在用来选定两者设置的倒数第二部电影上：网络 {hit_rate}，物品近邻 {knn_hit_rate}。对近邻而言，历史中每部电影的权重是其后一部的 {decay} "
        "倍。用户这么少时，单纯统计谁评过什么就很难被超越。",
    ),
    "recommendation.order": (
        "**Does the order matter?** With each user's films in random order, so that the network reads any {read} of them and not the "
        "last, it has {shuffled_hit_rate}.",
        "**顺序重要吗？** 把每位用户的电影打乱，网络读到的就是其中任意 {read} 部而不是最后 {read} 部，命中率为 {shuffled_hit_rate}。",
    ),
    "recommendation.order_control": (
        "A second network, trained on shuffled histories, has {control}.",
        "另一个网络用打乱的历史训练，因而看到的是不分先后的电影，命中率为 {control}。",
    ),
    "recommendation.grow_text": (
        "The same network and your hidden film at five moments of the training. Before the first step it knows only how "
        "often each film was rated.",
        "同一个网络在训练的五个时刻猜你遮住的电影。训练之前，它只知道每部电影被评过多少次。",
    ),
    "recommendation.grow_curve": ("HR@10 on unseen last films", "未见过的最后一部的 HR@10"),
    "recommendation.grow_verdict": (
        "At this moment <b>{title}</b> has rank <b>{rank}</b> of {candidates}, with {probability}.",
        "此刻 <b>{title}</b> 排在 {candidates} 部中的第 <b>{rank}</b> 位，概率 {probability}。",
    ),
    "recommendation.film": ("A film", "一部电影"),
    "recommendation.by_vectors": ("Most similar by vector: cosine", "按向量最相似：余弦"),
    "recommendation.by_ratings": ("Rated by the same people: cosine", "被同样的人评价：余弦"),
    "recommendation.genres_of": ("Genres of {title}: {genres}.", "{title} 的类型：{genres}。"),
    "recommendation.no_genres": ("none given", "未注明"),
    "recommendation.comma": (", ", "、"),
    "recommendation.genres": ("Genres in the vectors", "向量里的类型"),
    "recommendation.genres_why": (
        "Genre by genre, beside an untrained network and chance.",
        "逐个类型地看，并与未训练的网络和随机猜测比较。",
    ),
    "recommendation.genre_title": ("Same genre among the ten nearest films", "最近的十部电影中同类型的比例"),
    "recommendation.vectors": ("vectors", "向量"),
    "recommendation.untrained": ("untrained", "未训练"),
    "recommendation.genre_hover": ("%{y}: %{x:.0%}<extra></extra>", "%{y}：%{x:.0%}<extra></extra>"),
    "recommendation.genre_text": (
        "A mean over genres, on {n} films rated by at least {often} people: the vectors **{knn}**, those of an untrained network "
        "{untrained_knn}, a random pick {chance}; comparing who rated the films, without any network, {rated_by_knn}.",
        "对 {n} 部至少有 {often} 人评价的电影，按类型取平均：向量 **{knn}**，未训练网络的向量 {untrained_knn}，随机 {chance}；不用网络、只比较谁评过，则为 {rated_by_knn}。",
    ),
    "recommendation.absent": (
        "There is no recommender in this copy. Train one in a few minutes, then restart the page: `python -m "
        "core.recommendation.train --data movielens --preset cpu`. The data, 1 MB, are fetched from GroupLens if they are not "
        "under `data`; their licence forbids commercial use without permission.",
        "这个副本里没有推荐模型。几分钟即可训练一个，然后重新启动页面：`python -m core.recommendation.train --data movielens --preset cpu`。"
        "若 `data` 下没有数据（1 MB），会从 GroupLens 下载；其许可规定未经许可不得商用。",
    ),
    "recommendation.absent_step": ("Needs a trained model.", "等待训练好的模型。"),
    "recommendation.genre_Action": ("Action", "动作"),
    "recommendation.genre_Adventure": ("Adventure", "冒险"),
    "recommendation.genre_Animation": ("Animation", "动画"),
    "recommendation.genre_Children": ("Children", "儿童"),
    "recommendation.genre_Comedy": ("Comedy", "喜剧"),
    "recommendation.genre_Crime": ("Crime", "犯罪"),
    "recommendation.genre_Documentary": ("Documentary", "纪录片"),
    "recommendation.genre_Drama": ("Drama", "剧情"),
    "recommendation.genre_Fantasy": ("Fantasy", "奇幻"),
    "recommendation.genre_Film-Noir": ("Film noir", "黑色电影"),
    "recommendation.genre_Horror": ("Horror", "恐怖"),
    "recommendation.genre_IMAX": ("IMAX", "巨幕"),
    "recommendation.genre_Musical": ("Musical", "歌舞"),
    "recommendation.genre_Mystery": ("Mystery", "悬疑"),
    "recommendation.genre_Romance": ("Romance", "爱情"),
    "recommendation.genre_Sci-Fi": ("Science fiction", "科幻"),
    "recommendation.genre_Thriller": ("Thriller", "惊悚"),
    "recommendation.genre_War": ("War", "战争"),
    "recommendation.genre_Western": ("Western", "西部"),
}
