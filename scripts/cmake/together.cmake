# Sources of one folder are compiled together, at most eight at a time: what they all include is read, and what they all
# instantiate is made, once. It more than halves a clean build. Two sources of one folder therefore may not give
# two things of their own the same name: move what both need to a header, or name them apart. The preset dev compiles
# each source alone, so that every source names what it uses and a change rebuilds only itself.
option(PYKALA_TOGETHER "Compile the sources of a folder together" ON)

# With a second argument: those of folders whose path matches it alone.
function(pykala_together target)
  if(NOT PYKALA_TOGETHER)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  if(ARGC GREATER 1)
    list(FILTER sources INCLUDE REGEX "${ARGV1}")
  endif()
  list(SORT sources)
  set(folder "")
  foreach(source IN LISTS sources)
    get_filename_component(whole ${source} ABSOLUTE)
    get_filename_component(its_folder ${whole} DIRECTORY)
    if(NOT its_folder STREQUAL folder)
      set(folder ${its_folder})
      set(count 0)
    endif()
    math(EXPR part "${count} / 8")
    math(EXPR count "${count} + 1")
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${folder})
    string(MAKE_C_IDENTIFIER "${name}_${part}" group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
