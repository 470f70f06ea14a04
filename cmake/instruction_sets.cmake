# instruction_sets(FOLDER/NAME): the files NAME_scalar.cpp, NAME_avx2.cpp and NAME_avx512.cpp of src/turnout/FOLDER are each
# compiled for their instructions, one of which the program picks at run time; their loops are worth -O3 in every build.
function(instruction_sets stem)
  set(file ${PROJECT_SOURCE_DIR}/src/turnout/${stem})
  set_source_files_properties(${file}_scalar.cpp PROPERTIES COMPILE_OPTIONS "-O3")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_source_files_properties(${file}_avx2.cpp PROPERTIES COMPILE_OPTIONS "-O3;-mavx2;-mfma")
    set_source_files_properties(${file}_avx512.cpp
                                PROPERTIES COMPILE_OPTIONS "-O3;-mavx512f;-mavx512dq;-mavx512bw;-mavx512vl;-mavx2;-mfma;-mprefer-vector-width=512")
  else()
    set_source_files_properties(${file}_avx2.cpp ${file}_avx512.cpp PROPERTIES HEADER_FILE_ONLY ON)
  endif()
endfunction()

# base/fast_hash.cpp hashes long texts by it where the processor has AVX2.
set(wide_hash ${PROJECT_SOURCE_DIR}/src/turnout/base/fast_hash_avx2.cpp)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(${wide_hash} PROPERTIES COMPILE_OPTIONS "-O3;-mavx2")
else()
  set_source_files_properties(${wide_hash} PROPERTIES HEADER_FILE_ONLY ON)
endif()
