"""Strings of the tab "Rotation", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "rotation.tab": ("Rotation", "旋转预测"),
    "rotation.step1": ("Data", "数据"),
    "rotation.step1_text": (
        "Any picture that has an up and a down. No label says what is in it.",
        "任何分得清上下的图片。没有人告诉模型里面是什么。",
    ),
    "rotation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "rotation.step2_text": (
        "Turn the picture by a quarter, a half or three quarters. How far it was turned is the label, and it costs nothing.",
        "把图片转四分之一、二分之一或四分之三圈。转了多少就是标签，不花一分钱。这就是代理任务。",
    ),
    "rotation.step3": ("What the model learned", "模型学到了什么"),
    "rotation.step3_text": (
        "To predict the turn, it had to learn what skies, faces and houses look like. The chance level is 25 %.",
        "要说出转了多少，就得学会天空、人脸和房屋的样子。随机猜测的正确率是 25 %。",
    ),
    "rotation.step4": ("What the features are good for", "特征有什么用"),
    "rotation.step4_text": (
        "The same features, never trained on names, find similar pictures among {count} bundled emoji and photographs.",
        "同样的特征从未见过名称，却能在 {count} 张内置表情和照片中找出相似的图片。",
    ),
    "rotation.picture": ("Your picture", "你的图片"),
    "rotation.turn": ("Turn it anticlockwise by", "逆时针旋转"),
    "rotation.by_chance": ("at random", "随机"),
    "rotation.turned": ("What the model gets", "模型看到的图"),
    "rotation.go": ("Turn and ask the model", "旋转并让模型回答"),
    "rotation.truth": ("turned by {turn}°, {size} × {size} pixels", "旋转了 {turn}°，{size} × {size} 像素"),
    "rotation.model": ("Model", "模型"),
    "rotation.model_photos": ("scenes and objects", "场景与物体"),
    "rotation.model_shortcut": ("one with a shortcut", "会作弊的模型"),
    "rotation.model_cifar10": ("tiny pictures (CIFAR-10)", "小图（CIFAR-10）"),
    "rotation.grow_text": (
        "A small network on your picture, at five moments of its training. Before the first step it gives all four turns "
        "nearly the same answer.",
        "一个小网络在训练的五个时刻看你的图片。训练之前，四种角度在它眼里没有差别。",
    ),
    "rotation.grow_curve": ("Accuracy on unseen scenes", "未见过场景上的正确率"),
    "rotation.grow_axis": ("accuracy", "正确率"),
    "rotation.evidence": ("All four turns, and where the answer came from", "四种旋转，以及答案来自哪里"),
    "rotation.evidence_why": (
        "One right answer can be luck: see the other three turns, and which part of the picture decided.",
        "一次答对可能是运气：看看另外三种旋转，以及画面的哪一部分起了作用。",
    ),
    "rotation.cheat": ("A model that learned a shortcut", "会作弊的模型"),
    "rotation.cheat_why": (
        "Trained without augmentation, the same network is right for a reason that has nothing to do with the picture.",
        "不做数据增强，同样的网络也能答对，理由却与画面无关。",
    ),
    "rotation.trial_text": (
        "The same small network was trained a second time, without cropping, blurring and re-encoding its pictures first. It "
        "found a shortcut: JPEG encoding left colour differences of one grey level between neighbouring pixels, and they show "
        "which way up the file was written. On scenes from its own source this network is nearly perfect. Re-encoding or "
        "cropping the same scenes removes much of that, and on pictures from another source it fails. The network trained "
        "with these changes loses little, because it had to learn from what is in the picture.",
        "同样的小网络又训练了一次，这次不先对图片做裁剪、模糊和重新编码。它找到了一条捷径：图片曾经过 JPEG 编码，相邻像素之间留下了只有一个"
        "灰度级的颜色差异，从中就能看出文件写入时的朝向。在同一来源的图片上它几乎全对；把同样的场景重新编码或裁剪一下，优势就大半消失；换成"
        "别处的图片，它就迷路了。诚实的网络损失很小，因为它不得不去看画面的内容。",
    ),
    "rotation.trial_on": ("accuracy of the turn", "旋转角度的正确率"),
    "rotation.trial_augmented": ("without the shortcut", "诚实的模型"),
    "rotation.trial_shortcut": ("with the shortcut", "作弊的模型"),
    "rotation.trial_untouched": ("untouched", "原样"),
    "rotation.trial_reencoded": ("re-encoded", "重新编码"),
    "rotation.trial_cropped": ("cropped", "裁剪"),
    "rotation.trial_scenes": ("test scenes from its own source, {change}", "同一来源的测试场景，{change}"),
    "rotation.trial_elsewhere": ("test pictures from another source", "其他来源的测试图片"),
    "rotation.trial_yours": ("your picture, {change}", "你的图片，{change}"),
    "rotation.trial_cell": ("{right} of 4 turns, confidence {sure}", "四种旋转对 {right} 个，把握 {sure}"),
    "rotation.degrees": ("{turn}°", "{turn}°"),
    "rotation.true_turn": ("{turn}, the true turn", "{turn}（实际角度）"),
    "rotation.probabilities": ("Which turn? Probability of each", "转了多少？每种角度的概率"),
    "rotation.table": ("This picture in all four turns", "这张图片的四种旋转"),
    "rotation.table_x": ("predicted", "预测"),
    "rotation.table_y": ("turned by", "实际旋转"),
    "rotation.hover": (
        "turned by %{y}, predicted %{x}: %{z:.0%}<extra></extra>",
        "实际 %{y}，预测 %{x}：%{z:.0%}<extra></extra>",
    ),
    "rotation.map": ("Where the answer came from (class activation map)", "答案来自哪里（类激活图）"),
    "rotation.right": (
        "**Right.** It was turned by {turn}° and the model predicts {guess}° with probability {sure}. In all four turns: model "
        "{model} of 4, the rule “the brightest side is up” {naive} of 4, random guessing 1 of 4.",
        "**答对了。** 实际旋转 {turn}°，模型回答 {guess}°，把握 {sure}。四种旋转中：模型对 {model} 个，“最亮的一边朝上”的规则对 "
        "{naive} 个，随机猜测对 1 个。",
    ),
    "rotation.wrong": (
        "**Wrong.** It was turned by {turn}° and the model predicts {guess}° with probability {sure}. In all four turns: model "
        "{model} of 4, the rule “the brightest side is up” {naive} of 4, random guessing 1 of 4.",
        "**答错了。** 实际旋转 {turn}°，模型回答 {guess}°，把握 {sure}。四种旋转中：模型对 {model} 个，“最亮的一边朝上”的规则对 "
        "{naive} 个，随机猜测对 1 个。",
    ),
    "rotation.card": (
        "On test pictures: {scenes} on outdoor scenes (n = {scenes_n}), {objects} on small pictures of 200 kinds of object "
        "(n = {objects_n}); after re-encoding {scenes_again} and {objects_again}.",
        "测试图片上的正确率：户外场景 {scenes}（n = {scenes_n}），200 类物体小图 {objects}（n = {objects_n}）；"
        "重新编码后为 {scenes_again} 和 {objects_again}。",
    ),
    "rotation.game": ("Guess first", "你先猜"),
    "rotation.game_why": (
        "The picture is turned at random. Guess how far before the model answers.",
        "图片被随机旋转。在模型之前说出转了多少。",
    ),
    "rotation.deal": ("Turn one for me to guess", "转一张让我猜"),
    "rotation.guess": ("My guess", "我猜"),
    "rotation.puzzle": ("How far was this one turned, anticlockwise?", "这张图逆时针转了多少？"),
    "rotation.answer": ("Answer", "回答"),
    "rotation.score": (
        "It was **{truth}°**; you said {mine}°, the model {model}°. Score after {rounds}: you **{my_score}**, model **{model_score}**.",
        "答案是 **{truth}°**；你猜 {mine}°，模型猜 {model}°。{rounds} 轮后：你 **{my_score}** 分，模型 **{model_score}** 分。",
    ),
    "rotation.class": ("Class (optional)", "班级（可选）"),
    "rotation.class_info": (
        "Guesses of everyone with this name are counted together for three hours; “Copy link” passes the name on.",
        "使用同一名称的所有人的猜测会合在一起计数，保留三小时；“复制链接”会带上这个名称。",
    ),
    "rotation.class_guesses": (
        "Class {name}: {rounds} guesses; the model had {model} of them right",
        "班级 {name}：共猜 {rounds} 次；其中模型答对 {model} 次",
    ),
    "rotation.off_0": ("right", "猜对"),
    "rotation.off_90": ("90° too far", "多转了 90°"),
    "rotation.off_180": ("180° off", "差 180°"),
    "rotation.off_270": ("90° too little", "少转了 90°"),
    "rotation.no_round": ("Press “Turn one for me to guess” first.", "请先点“转一张让我猜”。"),
    "rotation.neighbours": ("Most similar in the gallery", "图库中最相似的图片"),
    "rotation.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "rotation.neighbours_text": (
        "Cosine of the {width} features of your picture, not turned.",
        "用你原图（未旋转）的 {width} 个特征计算余弦相似度。",
    ),
    "rotation.train_example": ("right turn: {value:.0%}", "正确转角：{value:.0%}"),
    "rotation.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
    "rotation.break_rim": (
        "turn about a point beside the centre, so that a black rim is left",
        "绕偏离中心的点旋转，边缘留下一道黑边",
    ),
    "rotation.break_encoder": (
        "no augmentation, and every picture passed through one JPEG encoder",
        "不做数据增强，所有图片都经过同一个 JPEG 编码器",
    ),
}
