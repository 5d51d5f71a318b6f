#!/usr/bin/env python3
"""Cuts the certificate fonts from their sources. README.md says where those come from.

usage: cut.py NOTO_SERIF_DIR LXGW_WENKAI.ttf

NOTO_SERIF_DIR is the unpacked npm package @expo-google-fonts/noto-serif-sc.
Run twice, it writes the same bytes.
"""
import bz2
import gzip
import io
import os
import re
import sys

from fontTools import subset

HERE = os.path.dirname(os.path.abspath(__file__))
UNIHAN = "/usr/share/unicode/Unihan_%s.txt.bz2"  # Debian package unicode-data

DROP = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp", "DSIG", "meta", "prep", "VORG", "fpgm", "cvt "]


def unihan(file, prop):
    """The code points that have prop in a Unihan file."""
    line = re.compile(r"U\+([0-9A-F]+)\t%s\t" % prop)
    with bz2.open(UNIHAN % file, "rt", encoding="utf-8") as f:
        return {int(m.group(1), 16) for m in map(line.match, f) if m}


def gb2312():
    """Han and symbols of GB 2312: rows 1-9 and 16-87."""
    found = set()
    for row in list(range(0xA1, 0xAA)) + list(range(0xB0, 0xF8)):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return found


def han(codes):
    return {c for c in codes if 0x3400 <= c <= 0x9FFF or 0x20000 <= c <= 0x323AF}


def load(path):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += DROP
    return subset.load_font(path, options), options


def cut(path, codes, name, family):
    """Writes name.ttf.gz: the glyphs of codes from the font at path, renamed family."""
    font, options = load(path)
    s = subset.Subsetter(options)
    s.populate(unicodes=codes)
    s.subset(font)
    names = font["name"]
    for id, text in ((1, family), (3, family + " cut"), (4, family), (6, family.replace(" ", ""))):
        names.setName(text, id, 3, 1, 0x409)
    raw = io.BytesIO()
    font.save(raw)
    with open(os.path.join(HERE, name + ".ttf.gz"), "wb") as f:
        f.write(gzip.compress(raw.getvalue(), 9, mtime=0))
    print("%-8s %6d characters %9d bytes %9d stored" % (
        name, len(font.getBestCmap()), len(raw.getvalue()), os.path.getsize(f.name)))


def characters(path):
    return set(load(path)[0].getBestCmap())


def main(noto, kai):
    regular = os.path.join(noto, "400Regular", "NotoSerifSC_400Regular.ttf")
    table = unihan("OtherMappings", "kTGH")          # 通用规范汉字表, 8 105 characters
    dictionary = unihan("Readings", "kXHC1983")      # characters of 现代汉语词典
    serif, wenkai = characters(regular), characters(kai)

    common = gb2312() | set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(map(ord, "㎡·•‧・〇—…“”‘’〔〕\u3000"))
    names = (table | dictionary | {c for c in serif if c >= 0x20000}) - common
    cut(regular, common & serif, "serif", "Onewindow Serif")
    cut(regular, names & serif, "names", "Onewindow Serif Names")
    cut(kai, han(wenkai) - serif, "rare", "Onewindow Rare Kai")
    with open(os.path.join(HERE, "testdata", "tongyong.txt"), "w", encoding="utf-8") as f:
        f.write("".join(map(chr, sorted(table))) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
