# Warnings, sanitizers and arithmetic rules, on our targets only.
add_library(turnout_options INTERFACE)
# Contracted multiply-adds would make results depend on the compiler and break the error-free transformations.
target_compile_options(turnout_options INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
                                                 # C++ needs no braces around a base class; GCC does not ask for them.
                                                 $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-braces>)
if(CMAKE_COMPILE_WARNING_AS_ERROR)
  target_compile_options(turnout_options INTERFACE -Werror)
endif()
if(TURNOUT_SANITIZE)
  target_compile_options(turnout_options INTERFACE -fsanitize=${TURNOUT_SANITIZE} -fno-sanitize-recover=all
                                                   -fno-omit-frame-pointer)
  target_link_options(turnout_options INTERFACE -fsanitize=${TURNOUT_SANITIZE})
  if(TURNOUT_SANITIZE MATCHES undefined)
    # These four are looked at wherever a pointer is used, an eighth of the compiler's time (clang 14, six units): the address sanitizer stops at what the
    # first two find, x86 reads what is not aligned, and the last asks for type information that CLI11's classes lack.
    target_compile_options(turnout_options INTERFACE -fno-sanitize=null,object-size,alignment,vptr)
  endif()
endif()
if(TURNOUT_FUZZ)
  # What libFuzzer sees of the libraries: the edges. Comparisons, which -fsanitize=fuzzer counts too, the targets alone have:
  # the tests of the same build would pay for them.
  target_compile_options(turnout_options INTERFACE -fsanitize-coverage=inline-8bit-counters,pc-table)
endif()

# turnout_folder(name MAY_INCLUDE folders LIBRARIES targets USES targets LOADS targets)
# LIBRARIES are part of the interface, USES are header-only and needed to build only; of what it LOADS when it runs, by
# base/shared_library.h, only the headers are needed, and nothing is linked. X_functions.h are tables of functions that
# are loaded: they are not installed, and neither are the headers that it KEEPS.
# One library turnout::name from src/turnout/name and the folders in it: its .cpp files, its headers installed and
# checked to compile alone, and its *_test.cpp files as one test program.
function(turnout_folder name)
  cmake_parse_arguments(ARG "" "" "MAY_INCLUDE;LIBRARIES;USES;LOADS;KEEPS" ${ARGN})
  set(folder ${PROJECT_SOURCE_DIR}/src/turnout/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.h)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  list(REMOVE_ITEM sources ${tests} "")
  list(FILTER headers EXCLUDE REGEX "_functions\\.h$")
  foreach(kept IN LISTS ARG_KEEPS)
    list(REMOVE_ITEM headers ${folder}/${kept})
  endforeach()
  set_property(GLOBAL APPEND_STRING PROPERTY TURNOUT_COMPONENTS
    "set(turnout_${name}_includes ${ARG_MAY_INCLUDE})\nset(turnout_${name}_links ${ARG_LIBRARIES})\n")
  set_property(GLOBAL APPEND PROPERTY TURNOUT_FOLDERS ${name})
  list(TRANSFORM ARG_MAY_INCLUDE PREPEND turnout_)
  set(target turnout_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    turnout_unity(${target})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:turnout_options>)
    foreach(used IN LISTS ARG_USES)
      target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${used}>)
    endforeach()
    foreach(loaded IN LISTS ARG_LOADS)
      target_include_directories(${target} SYSTEM PRIVATE
                                 $<BUILD_INTERFACE:$<TARGET_PROPERTY:${loaded},INTERFACE_INCLUDE_DIRECTORIES>>)
    endforeach()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(turnout::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  target_link_libraries(${target} ${scope} ${ARG_MAY_INCLUDE} ${ARG_LIBRARIES})
  set_property(TARGET ${target} PROPERTY VERIFY_INTERFACE_HEADER_SETS ON)
  set_property(GLOBAL APPEND PROPERTY TURNOUT_LIBRARIES ${target})
  if(TURNOUT_TESTS AND tests)
    add_executable(${name}_test ${tests})
    turnout_unity(${name}_test)
    target_link_libraries(${name}_test PRIVATE ${target} turnout_options turnout_test_support GTest::gtest
                                               GTest::gtest_main)
    include(GoogleTest)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." PROPERTIES TIMEOUT 300)
  endif()
endfunction()
