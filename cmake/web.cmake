# The dashboard: web/ is built with npm's locked packages and packed into one file, which the library
# th_web_assets carries. Without TRIPHAMMER_WEB that file is empty and the API stands alone.
set(web_folder "${CMAKE_SOURCE_DIR}/web")
set(web_pack "${CMAKE_BINARY_DIR}/web/assets.pack")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/web")

if(TRIPHAMMER_WEB)
  find_program(NODE_PROGRAM NAMES node nodejs)
  find_program(NPM_PROGRAM npm)
  if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
    message(FATAL_ERROR "The dashboard needs Node 18 or newer and npm (Debian: nodejs npm). "
                        "Install them, or configure with -DTRIPHAMMER_WEB=OFF for the API alone.")
  endif()
  file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS "${web_folder}/src/*")
  # npm writes this file last: it says which packages are there.
  set(web_packages "${web_folder}/node_modules/.package-lock.json")
  add_custom_command(
    OUTPUT "${web_packages}"
    COMMAND "${NPM_PROGRAM}" ci --no-progress
    COMMAND "${CMAKE_COMMAND}" -E touch "${web_packages}"
    DEPENDS "${web_folder}/package.json" "${web_folder}/package-lock.json" "${web_folder}/.npmrc"
    WORKING_DIRECTORY "${web_folder}"
    COMMENT "Installing the dashboard's packages"
    VERBATIM)
  add_custom_command(
    OUTPUT "${web_pack}"
    COMMAND "${NODE_PROGRAM}" build.mjs --out "${CMAKE_BINARY_DIR}/web/dist" --pack "${web_pack}"
    DEPENDS "${web_packages}" "${web_folder}/build.mjs" "${web_folder}/pack.mjs" ${web_sources}
    WORKING_DIRECTORY "${web_folder}"
    COMMENT "Building the dashboard"
    VERBATIM)
else()
  file(WRITE "${web_pack}.empty" "")
  configure_file("${web_pack}.empty" "${web_pack}" COPYONLY)
endif()

add_library(th_web_assets STATIC)
triphammer_embed(th_web_assets web_assets "${web_pack}")
target_link_libraries(th_web_assets PUBLIC triphammer_flags)

if(TRIPHAMMER_WEB AND TRIPHAMMER_TESTS)
  add_test(NAME web COMMAND "${NODE_PROGRAM}" test/run.mjs WORKING_DIRECTORY "${web_folder}")
  set_tests_properties(web PROPERTIES LABELS unit TIMEOUT 120)
endif()
