# Compiler, linker and sanitizer choices; the presets set TEAHOUSE_SANITIZE and CMAKE_BUILD_TYPE.
set(TEAHOUSE_SANITIZE "" CACHE STRING "sanitizers to build with: empty, address,undefined or thread")
option(TEAHOUSE_UNITE "compile files sixteen at a time as one (cmake/layers.cmake)" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this ccache refuses whatever uses the precompiled header.
  set(launch ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launch})
  set(CMAKE_C_COMPILER_LAUNCHER ${launch})
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wno-missing-field-initializers -fno-omit-frame-pointer
                    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overflows in std::string that are not there, once it inlines (its bugs 105329 and 105651).
  add_compile_options(-fcoroutines -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-dangling-pointer
                      -Wno-maybe-uninitialized)
  if(TEAHOUSE_UNITE)
    add_compile_options(-Wno-subobject-linkage)  # to the compiler, what is united is no header
  endif()
endif()
if(TEAHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${TEAHOUSE_SANITIZE} -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What costs most of the time to compile is left out: the compiler collects its garbage seldom, calls a function for each access
    # where these are many, and leaves out the checks of each pointer. AddressSanitizer tells of null ones and of what is beyond an
    # object; the fuzz preset (clang) checks alignment.
    add_compile_options("SHELL:--param ggc-min-expand=300" "SHELL:--param ggc-min-heapsize=524288"
                        "SHELL:--param asan-instrumentation-with-call-threshold=30")
    if(TEAHOUSE_SANITIZE MATCHES "undefined")
      add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
    endif()
  else()
    add_compile_options(-fno-sanitize=function)  # clang 14 can't put its mark before a coroutine
  endif()
  add_link_options(-fsanitize=${TEAHOUSE_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong)  # a sanitizer sees more of the stack
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-D_FORTIFY_SOURCE=2)
  endif()
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(TEAHOUSE_CHECKED=1)  # loop checkers and assertions
endif()
