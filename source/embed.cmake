# Writes the bytes of IN as a C array to OUT.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],){16})" "\\1\n    " bytes "${bytes}")
file(WRITE ${OUT} "#include \"source/page.h\"\n\nconst char bt_page_css[] = {\n    ${bytes}0x00,\n};\n")
