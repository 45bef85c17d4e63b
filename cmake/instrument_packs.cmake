# Instruments whose licence is another than the program's are in packs, resources/instrument-packs/NAME, each with a
# LICENCE. Any of them can be left out; a commercial build leaves out the instruments that are for non-commercial use only.
set(RAPPORT_INSTRUMENT_PACKS "core;who" CACHE STRING "Instrument packs that become part of the program")
option(RAPPORT_COMMERCIAL "Leave out instruments that are for non-commercial use only" OFF)

# chosen_instrument_packs(RESULT): file patterns relative to resources/instrument-packs, for rapport_embed. Which
# instruments are for non-commercial use only is said in their scoring files (licence, commercial_builds).
function(chosen_instrument_packs result)
  # Names no file: rapport_embed without a pattern would take every file.
  set(patterns none.json)
  foreach(pack IN LISTS RAPPORT_INSTRUMENT_PACKS)
    set(folder ${CMAKE_SOURCE_DIR}/resources/instrument-packs/${pack})
    if(NOT EXISTS ${folder}/LICENCE)
      message(FATAL_ERROR "RAPPORT_INSTRUMENT_PACKS: ${folder} is no instrument pack with a LICENCE")
    endif()
    file(GLOB scorings CONFIGURE_DEPENDS ${folder}/*.scoring.json)
    foreach(scoring IN LISTS scorings)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scoring})
      file(READ ${scoring} text)
      string(JSON commercial GET "${text}" licence commercial_builds)
      if(RAPPORT_COMMERCIAL AND commercial STREQUAL "off")
        continue()
      endif()
      get_filename_component(name ${scoring} NAME)
      string(REPLACE ".scoring.json" "" id ${name})
      list(APPEND patterns ${pack}/${id}.*.json)
    endforeach()
  endforeach()
  set(${result} ${patterns} PARENT_SCOPE)
endfunction()
