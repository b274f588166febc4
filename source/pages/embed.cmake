# Writes the bytes of IN to OUT as the C array bt_file_NAME, and packed by gzip as bt_file_NAME_gz.
function(write_array file name)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],){16})" "\\1\n    " bytes "${bytes}")
  file(APPEND ${OUT} "
const unsigned char bt_file_${name}[] = {\n    ${bytes}0x00,\n};
const unsigned bt_file_${name}_size = ${size};\n")
endfunction()

execute_process(COMMAND gzip -9 -n -c ${IN} OUTPUT_FILE ${OUT}.gz COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${OUT} "#include \"source/pages/files.h\"\n")
write_array(${IN} ${NAME})
write_array(${OUT}.gz ${NAME}_gz)
