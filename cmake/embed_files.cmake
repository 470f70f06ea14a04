# embed_files(name files...): files of the project become part of the library turnout_<name>, byte for byte, as
# turnout::<name>::embedded_files(), declared in src/turnout/<name>/embedded_files.h, by their paths below the project's
# folder. Patterns are globs. embed_texts() is for texts that a reader of the generated source may want to see; here any
# byte may occur, so that each is written as an escape.
function(embed_files name)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/)
  file(GLOB files CONFIGURE_DEPENDS ${ARGN})
  list(SORT files)
  list(LENGTH files count)
  set(content "#include \"turnout/${name}/embedded_files.h\"\n\n#include <array>\n\nnamespace turnout::${name} {\n")
  string(APPEND content "std::span<const base::EmbeddedText> embedded_files() {\n")
  string(APPEND content "  static constexpr std::array<base::EmbeddedText, ${count}> kFiles = {{\n")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${file})
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR size "${digits} / 2")
    string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
    string(APPEND content "    {\"${path}\", {\"${bytes}\", ${size}}},\n")
  endforeach()
  string(APPEND content "  }};\n  return kFiles;\n}\n}  // namespace turnout::${name}\n")
  set(generated ${PROJECT_BINARY_DIR}/embedded/${name}_files.cpp)
  file(CONFIGURE OUTPUT ${generated} CONTENT "${content}" @ONLY)
  # Compilers need not take literals of this length, and some say so.
  set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-w" SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(turnout_${name} PRIVATE ${generated})
endfunction()
