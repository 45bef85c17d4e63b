# One static library and one test program per layer; sources are found by folder, so that a new feature
# needs no line here. NAME_test.cpp files stand beside the code they test.
#
# What nearly every file includes. Each file includes what it uses all the same: g++ reads it without this.
set(precompiled <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint> <filesystem> <fstream> <functional> <map> <memory>
  <mutex> <optional> <set> <span> <string> <string_view> <thread> <unordered_map> <utility> <vector>
  <boost/describe.hpp> <boost/json.hpp> <fmt/format.h> <fmt/ostream.h>)
function(rapport_precompile target sources)
  list(LENGTH sources number)
  # of a few files it costs more than it saves
  if(RAPPORT_PRECOMPILE AND number GREATER 5)
    target_precompile_headers(${target} PRIVATE ${precompiled} ${ARGN})
  endif()
endfunction()
# rapport_join(target sources…): about eight files are compiled as one, so that what they include is parsed, and what they
# instantiate is made, once: that is nearly half of the work. Each is compiled alone where the cache is in use, and by clang-tidy.
function(rapport_join target)
  if(NOT RAPPORT_JOIN)
    return()
  endif()
  find_program(PYTHON3 python3)
  if(NOT PYTHON3)
    return()
  endif()
  execute_process(COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/cmake/deal_files.py 8 ${ARGN}
    OUTPUT_VARIABLE dealt OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" dealt "${dealt}")
  foreach(line IN LISTS dealt)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${target}_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # A local name is no mistake because another file of the group has it, too.
  target_compile_options(${target} PRIVATE -Wno-shadow)
endfunction()
function(rapport_layer name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LINKS;TEST_LINKS" ${ARGN})
  set(sources)
  set(tests)
  foreach(folder IN LISTS ARG_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(rapport_${name} STATIC ${sources})
    rapport_precompile(rapport_${name} "${sources}")
    rapport_join(rapport_${name} ${sources})
    set(scope PUBLIC)
  else()
    add_library(rapport_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(rapport_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(rapport_${name} ${scope} ${ARG_LINKS})
  if(tests)
    add_executable(${name}_tests ${tests})
    rapport_precompile(${name}_tests "${tests}" <gtest/gtest.h>)
    rapport_join(${name}_tests ${tests})
    # A test runs once for each time it is compiled: the optimiser takes four times what it gives back.
    target_compile_options(${name}_tests PRIVATE -O0)
    target_link_libraries(${name}_tests PRIVATE rapport_${name} ${ARG_TEST_LINKS} gtest gtest_main)
    set_property(GLOBAL APPEND PROPERTY RAPPORT_TESTS ${name}_tests)
  endif()
endfunction()

rapport_layer(base FOLDERS base LINKS fmt::fmt spdlog::spdlog PkgConfig::SODIUM Boost::headers Threads::Threads)
rapport_layer(work FOLDERS work LINKS rapport_base)
rapport_layer(config FOLDERS config LINKS rapport_base)
rapport_layer(http FOLDERS http LINKS rapport_base)
rapport_layer(store FOLDERS store store/sqlite store/postgres LINKS rapport_base PkgConfig::SQLITE PkgConfig::PQ)
rapport_layer(live FOLDERS live LINKS rapport_http)
rapport_layer(access FOLDERS access LINKS rapport_http rapport_store TEST_LINKS rapport_migrations)
target_include_directories(access_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
rapport_layer(net FOLDERS net LINKS rapport_http rapport_work PkgConfig::SSL)

# Formulas, each with its source. They compute what they are handed.
rapport_layer(statistics FOLDERS research/statistics LINKS rapport_base Eigen3::Eigen PkgConfig::NLOPT)
# The parts of Eigen under a stronger licence than its own are refused.
target_compile_definitions(rapport_statistics PRIVATE EIGEN_MPL2_ONLY)

include(embed_files)
# Instruments: questionnaires and how they are scored, and the packs that have a licence of their own.
rapport_layer(measures FOLDERS measures LINKS rapport_base rapport_statistics TEST_LINKS rapidcheck)
rapport_embed(rapport_measures instrument ${CMAKE_SOURCE_DIR}/resources/instruments *.json)
include(instrument_packs)
chosen_instrument_packs(packs)
rapport_embed(rapport_measures instrument_pack ${CMAKE_SOURCE_DIR}/resources/instrument-packs ${packs})

# What researchers ask of files.
rapport_layer(research FOLDERS research LINKS rapport_measures rapport_statistics)
# What R makes of the same data (tests/golden/make.R).
rapport_embed(research_tests golden ${CMAKE_SOURCE_DIR}/tests/golden *.csv *.json)

# What a file is by its content.
rapport_layer(media FOLDERS media LINKS rapport_base ZLIB::ZLIB)
# Files as other programs make them; the fuzzer begins with the same.
rapport_embed(media_tests sample ${CMAKE_SOURCE_DIR}/fuzz/corpus/fuzz_media)

# Passkeys: what an authenticator sends.
rapport_layer(webauthn FOLDERS webauthn LINKS rapport_base PkgConfig::FIDO TEST_LINKS PkgConfig::SSL)
target_include_directories(webauthn_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)

rapport_layer(migrations FOLDERS migrations LINKS rapport_store)
rapport_embed(rapport_migrations migration ${CMAKE_SOURCE_DIR}/src/migrations *.sql)
file(GLOB feature_folders RELATIVE ${CMAKE_SOURCE_DIR}/src CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/features/*)
list(FILTER feature_folders EXCLUDE REGEX "\\.hpp$")
rapport_layer(features FOLDERS ${feature_folders} LINKS rapport_work rapport_store rapport_http rapport_access rapport_live rapport_measures rapport_research rapport_media rapport_webauthn PkgConfig::SSL
  PkgConfig::CURL
  TEST_LINKS rapport_migrations)
rapport_embed(rapport_features demo ${CMAKE_SOURCE_DIR}/resources/demo *.json)
rapport_embed(rapport_features crisis_contact ${CMAKE_SOURCE_DIR}/resources/crisis-contacts *.json)
rapport_embed(rapport_features consent ${CMAKE_SOURCE_DIR}/resources/consent *.json)
rapport_embed(rapport_features retention ${CMAKE_SOURCE_DIR}/resources/retention *.json)
rapport_embed(rapport_features signal ${CMAKE_SOURCE_DIR}/resources/signals *.json)
rapport_embed(rapport_features measurement_plan ${CMAKE_SOURCE_DIR}/resources/measurement-plan *.json)
rapport_embed(rapport_features approaches ${CMAKE_SOURCE_DIR}/resources/approaches *.json)
rapport_embed(rapport_features reason_to_come ${CMAKE_SOURCE_DIR}/resources/reasons-to-come *.json)
rapport_embed(rapport_features thinking_errors ${CMAKE_SOURCE_DIR}/resources/thinking-errors *.json)
rapport_embed(rapport_features notes ${CMAKE_SOURCE_DIR}/resources/notes *.json)
rapport_embed(rapport_features relationship_guide ${CMAKE_SOURCE_DIR}/resources/relationship-guide guide.json)
rapport_embed(rapport_features preparation ${CMAKE_SOURCE_DIR}/resources/preparation *.json)
rapport_embed(rapport_features practice_report ${CMAKE_SOURCE_DIR}/resources/practice-report *.json)
target_include_directories(features_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)

# The program: wiring, the web pages as they were last built, and main.
rapport_layer(server FOLDERS server LINKS rapport_features rapport_net rapport_config rapport_migrations ZLIB::ZLIB)
rapport_embed(rapport_server web ${CMAKE_SOURCE_DIR}/web/dist)
rapport_embed(rapport_server api ${CMAKE_SOURCE_DIR}/resources/api *.md)
target_include_directories(server_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
# Of this file alone, so that the compiler's cache still serves the others in another checkout.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/server/nothing_forgotten_test.cpp PROPERTIES COMPILE_DEFINITIONS RAPPORT_SOURCE_FOLDER="${CMAKE_SOURCE_DIR}")
# All of them, not only the object files that something refers to: a statement registers itself where it stands.
set_property(TARGET server_tests PROPERTY LINK_LIBRARY_OVERRIDE
  "WHOLE_ARCHIVE,rapport_features,rapport_access,rapport_store,rapport_http")
add_executable(rapport ${CMAKE_SOURCE_DIR}/src/main.cpp)
target_compile_definitions(rapport PRIVATE RAPPORT_VERSION="${PROJECT_VERSION}")
target_link_libraries(rapport PRIVATE rapport_server)

# src/net, the few files that instantiate Boost.Beast, runs under AddressSanitizer only: with UBSan these files alone
# take the compiler minutes. What parses the bytes of strangers beyond HTTP and frames is in src/http, which has both.
if(RAPPORT_SANITIZE MATCHES "undefined")
  foreach(target rapport_net net_tests)
    if(TARGET ${target})
      get_target_property(type ${target} TYPE)
      if(NOT type STREQUAL "INTERFACE_LIBRARY")
        target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
      endif()
    endif()
  endforeach()
endif()
