# Writes OUT, a header with the text of FILE as the constant NAME of NAMESPACE.
file(READ ${FILE} body)
get_filename_component(source ${FILE} NAME)
file(WRITE ${OUT} "// Made from ${source}; do not edit.\n#pragma once\n\nnamespace ${NAMESPACE} {\n\ninline constexpr char ${NAME}[] = R\"text(${body})text\";\n\n}  // namespace ${NAMESPACE}\n")
