"""What women's screening asks (domain §7; contract §4)."""

from __future__ import annotations

from benefits.rules.declaration import Fact, Programme, RecordFact, label

BI_RADS = {
    "0": label("0 类：需补充检查", "0: incomplete"),
    "1": label("1 类：阴性", "1: negative"),
    "2": label("2 类：良性", "2: benign"),
    "3": label("3 类：可能良性", "3: probably benign"),
    "4": label("4 类：可疑", "4: suspicious"),
    "4A": label("4A 类：低度可疑", "4A: low suspicion"),
    "4B": label("4B 类：中度可疑", "4B: moderate suspicion"),
    "4C": label("4C 类：高度可疑", "4C: high suspicion"),
    "5": label("5 类：高度提示恶性", "5: highly suggestive of malignancy"),
    "6": label("6 类：已证实恶性", "6: proven"),
}
TBS = {
    "NILM": label("未见上皮内病变或恶性细胞", "negative for intraepithelial lesion or malignancy"),
    "ASC-US": label("意义不明的非典型鳞状细胞", "atypical squamous cells of undetermined significance"),
    "ASC-H": label("不除外高度病变的非典型鳞状细胞", "atypical squamous cells, HSIL not excluded"),
    "LSIL": label("低度鳞状上皮内病变", "low-grade squamous intraepithelial lesion"),
    "HSIL": label("高度鳞状上皮内病变", "high-grade squamous intraepithelial lesion"),
    "SCC": label("鳞状细胞癌", "squamous cell carcinoma"),
    "AGC": label("非典型腺细胞", "atypical glandular cells"),
    "AGC-FN": label("非典型腺细胞，倾向瘤变", "atypical glandular cells, favour neoplastic"),
    "AIS": label("原位腺癌", "adenocarcinoma in situ"),
    "adenocarcinoma": label("腺癌", "adenocarcinoma"),
    "unsatisfactory": label("标本不满意", "unsatisfactory specimen"),
}

PROGRAMME = Programme(
    code="screening",
    titles=label("两癌筛查", "Women's screening"),
    shape="place",
    facts=(
        Fact(
            "act",
            "text",
            label("事项", "what is asked"),
            choices={
                "invite": label("邀请筛查", "invitation"),
                "result": label("结果处置", "next step after a result"),
            },
        ),
        Fact("appointment_on", "date", label("预约日期", "day of the appointment")),
        Fact("basic_education", "bool", label("基础教育单位", "unit of basic education"), source="register"),
        Fact("remote_area", "bool", label("偏远地区", "remote area"), source="register"),
        Fact(
            "last_normal_on",
            "date",
            label("上次筛查正常的日期", "day of the last normal screening"),
            sensitive=True,
            source="record",
        ),
        Fact("hpv_types", "integers", label("HPV 阳性分型", "HPV types found"), none=(), sensitive=True, kept=False),
        Fact(
            "tbs",
            "text",
            label("宫颈细胞学（TBS）", "cervical cytology (TBS)"),
            choices=TBS,
            sensitive=True,
            kept=False,
        ),
        Fact("visible_lesion", "bool", label("肉眼可见病变", "visible lesion"), none=False, sensitive=True, kept=False),
        Fact(
            "colposcopy",
            "text",
            label("阴道镜", "colposcopy"),
            choices={
                "none": label("未做", "not done"),
                "normal": label("正常", "normal"),
                "abnormal": label("异常", "abnormal"),
            },
            default="none",
            none="none",
            sensitive=True,
            kept=False,
        ),
        Fact(
            "bi_rads",
            "text",
            label("乳腺 BI-RADS 分类", "BI-RADS of the breast"),
            choices=BI_RADS,
            sensitive=True,
            kept=False,
        ),
    ),
    record_facts=(RecordFact("last_normal_on", "told", (), told_by="screening_last_normal"),),
)
