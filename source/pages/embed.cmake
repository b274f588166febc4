# Writes the bytes of IN as the C array bt_file_NAME to OUT.
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],){16})" "\\1\n    " bytes "${bytes}")
file(WRITE ${OUT} "#include \"source/pages/files.h\"\n
const unsigned char bt_file_${NAME}[] = {\n    ${bytes}0x00,\n};
const unsigned bt_file_${NAME}_size = ${size};\n")
