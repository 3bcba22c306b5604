"""Words that people write, in Chinese or English, and the names by which the toolkit knows them.

The phrase files word every name for people; what else is usual in the trade stands in ``MORE``.
Nothing else in the toolkit translates a word that it reads.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.files import written_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Words = Mapping[str, tuple[str, ...]]  # a name, and what people write for it

# Section of the phrase files -> name -> what else is written for it.
MORE: Mapping[str, Words] = {
    "field": {
        "id": ("编号", "设备编号"),
        "kind": ("type", "类型", "设备类型", "类别", "设备类别", "种类"),
        "name": ("名称", "设备名称"),
        "parent": ("上级", "所属"),
        "manufacturer": ("brand", "厂家", "生产厂家", "厂商", "品牌"),
        "model": ("型号", "规格型号"),
        "serial": ("serial number", "序列号", "出厂编号"),
        "source": ("stream", "rtsp", "码流地址", "视频流地址", "取流地址", "rtsp地址", "rtsp 地址"),
        "address": ("ip", "地址", "ip地址", "ip 地址", "网络地址"),
    },
    # of a plan; what a file in Chinese calls them is answered with their names
    "plan_field": {
        "packs": ("标准", "依据标准", "标准包", "依据文件", "依据文件包", "检验依据"),
        "scope": ("范围", "检验范围", "检测范围"),
        "operator": ("操作员", "操作人员", "测量人员", "检测人员", "检验人员", "测试人员"),
        "device_list": ("设备清单", "设备列表", "点位表", "清单"),
        "answer_files": ("检查记录", "检查记录表"),
        "score_files": ("评分表",),
        "project": ("工程", "项目", "项目信息"),
        "title": ("标题", "工程名称", "项目名称"),
        "customer": ("委托单位", "建设单位"),
        "customer_contact": ("委托单位联系方式", "联系方式"),
        "designer": ("设计单位",),
        "builder": ("施工单位", "承建单位"),
        "contract": ("合同编号",),
        "institute": ("检验机构文件",),
        "inspected": ("受检单位",),
        "laboratory": ("检验机构", "检测机构", "检测单位"),
        "place": ("地点", "检验地点", "检测地点"),
        "received": ("受理日期",),
        "description": ("概况", "工程概况", "说明"),
        "subjects": ("对象", "受检对象", "设备", "被测对象"),
        "shots": ("样片", "镜头", "拍摄", "录像片段"),
        "subject": ("受检设备", "所属设备"),
        "clip": ("视频", "影片", "视频文件", "文件"),
        "tap": ("取样点", "测试点"),
        "path": ("图像",),
        "chart": ("测试卡", "测试图", "图卡"),
        "conditions": ("条件", "拍摄条件", "测试条件"),
        "regions": ("区域",),
        "wall": ("电视墙", "监视墙"),
        "instruments": ("仪器", "仪器设备"),
        "people": ("人员",),
        "recordings": ("录像", "录像保存"),
        "facts": ("特征", "属性"),
        "answers": ("答案", "检查结果"),
        "deviations": ("偏离",),
        "filmed": ("拍摄日期", "日期"),
    },
    "kind": {
        "site": ("工程",),
        "fixed": (
            *("枪机", "枪型摄像机", "筒机", "筒型摄像机", "半球", "半球摄像机", "bullet"),
            *("枪式摄像机", "半球型摄像机", "固定枪机", "turret"),
        ),
        "dome": ("球机", "快球", "球形摄像机", "高速球"),
        "ptz": ("云台",),
        "fisheye": ("鱼眼", "全景摄像机", "鱼眼摄像头"),
        "thermal": ("热成像", "热像仪"),
        "recorder": ("录像机", "硬盘录像机", "nvr", "dvr", "网络硬盘录像机"),
        "screen": ("显示屏", "监视器", "大屏", "电视墙", "monitor"),
    },
    "tap": {
        "camera": ("摄像机", "前端", "摄像机直出"),
        "platform": ("平台", "平台转发"),
        "recorder": ("录像设备", "录像机", "录像", "硬盘录像机", "nvr", "dvr"),
        "screen": ("屏幕", "拍摄屏幕", "显示设备", "翻拍"),
    },
    "path": {"live": ("实时", "直播", "预览"), "playback": ("回放", "录像回放")},
    "fact": {
        "system": ("制式",),
        "position": ("位置", "安装环境"),
        "important": ("重要部位", "重点部位"),
        "picture": ("colour mode", "图像颜色"),
        "resolution_class": ("清晰度等级",),
    },
    "fact_value": {
        "analogue": ("analog", "模拟系统"),
        "digital": ("网络", "数字系统"),
        "colour": ("color", "彩色图像"),
        "monochrome": ("mono", "black and white", "黑白图像"),
        "indoor": ("indoors", "室内安装"),
        "outdoor": ("outdoors", "室外安装"),
        "important": ("重要", "重点", "重点部位"),
        "yes": ("有", "true"),
        "no": ("false",),
    },
    "condition": {
        "illuminance": ("lux", "illumination", "光照度", "现场照度", "照明"),
        "agc": ("自动增益", "gain control"),
        "wdr": ("宽动态功能",),
        "day_night": ("日夜", "昼夜模式", "日夜转换"),
        "profile": ("码流", "stream"),
        "viewing_distance": ("视距",),
        "colour_temperature": ("color temperature", "color_temperature"),
        "distance": ("距离",),
        "lens": ("镜头型号",),
        "shutter": ("快门速度",),
    },
    "region": {"centre": ("center", "中央")},
}
# The unit of a condition that is a number; in others "4k" is a word.
MEASURED: Mapping[str, str] = {
    **dict.fromkeys(("illuminance", "illuminance_bright", "illuminance_dark"), "lx"),
    **dict.fromkeys(("agc", "gain"), "dB"),
    **dict.fromkeys(("sensor_width", "focal_length"), "mm"),
    "colour_temperature": "K",
    "bit_rate": "kbit/s",
    "distance": "m",
    "viewing_distance": "H",
    "temperature": "°C",
    "humidity": "%",
    "light_non_uniformity": "%",
    **dict.fromkeys(("mains_frequency", "screen_refresh"), "Hz"),
    "microphone_distance": "m",
    "clock_height": "",
    **dict.fromkeys(("page_offset", "page_offset_accuracy", "screen_scan"), "ms"),
    **dict.fromkeys(("stream_delay", "stream_delay_accuracy"), "s"),
    **dict.fromkeys(("reference_at", "reference_time_accuracy"), "s"),
}
FIGURE = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*([^\s0-9].*)?")
CLOSE = 0.8  # of difflib's ratio from 0 to 1: two letters exchanged in a word of ten
PART_CLOSE = 0.6  # of each part between ``_``: freq for frequency is close, delay for load is not
CANDIDATES = 5
PREFIX = 3  # letters before a word that make another of it: substream


def plain(word: str) -> str:
    """Write a word for comparing: without blanks around it, width and case."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


@lru_cache
def names(section: str) -> Mapping[str, str]:
    """Names of a section by the words for them, ``plain``; the name itself is one of them."""
    found: dict[str, str] = {}
    for name, words in _written(section):
        for word in (name, *words):
            found.setdefault(plain(word), name)
    return found


def _written(section: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield names with words for them: the trade's first, then those of the phrase files."""
    yield from MORE.get(section, {}).items()
    for lang in wording.COMPLETE:
        own = wording.phrases(lang).get(section, {})
        yield from ((name, (str(word),)) for name, word in own.items())


def meant(word: str, section: str) -> str:
    """Return the name that a word of a section means; a word that means none as it is."""
    return names(section).get(plain(word), word)


def region(name: str) -> str:
    """Return a dotted name of a region, each of its words, with its number, as it is known.

    What follows ``tile`` is the id of a subject, and stays.
    """
    first, dot, subject = name.partition(".")
    if meant(first, "region") == "tile":
        return f"tile{dot}{subject}"
    parts = (re.fullmatch(r"(.*?)(\d*)", part, re.DOTALL) for part in name.split("."))
    return ".".join(meant(part[1], "region") + part[2] for part in parts if part)


def close(word: str, known: Collection[str]) -> str:
    """Return the known name, or word for one, that a misspelt word resembles; empty: none.

    A word of which a part between ``_`` is a known name was meant to be another.
    """
    folded = plain(word)
    if word in known or not {*folded.split("_")}.isdisjoint(known):
        return ""
    near = difflib.get_close_matches(folded, [*known], n=CANDIDATES, cutoff=CLOSE)
    return next((one for one in near if not _of_its_own(folded, one)), "")


def _of_its_own(word: str, known: str) -> bool:
    """Whether a word that resembles a known one is another: 主码流, substream, network_delay."""
    parts, others = word.split("_"), known.split("_")
    if len(parts) == len(others) > 1:
        ratios = (
            difflib.SequenceMatcher(None, *pair).ratio() for pair in zip(parts, others, strict=True)
        )
        return min(ratios) < PART_CLOSE
    head, found, tail = word.partition(known)
    if not found or known.isascii():
        return bool(found) and not tail and len(head) >= PREFIX
    return (head or tail) not in {"", "值", known[0], known[-1]}


def figure(text: str) -> tuple[float, str] | None:
    """Read a number and what is written behind it as a unit, ``unit`` or not; None: no number."""
    written = unicodedata.normalize("NFKC", text).translate(written_number.MINUS)
    match = FIGURE.fullmatch(written.strip())
    number = float(match[1]) if match else math.nan
    return (number, (match[2] or "").strip()) if match and math.isfinite(number) else None
