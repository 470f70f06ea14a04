include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY TURNOUT_LIBRARIES)
install(TARGETS ${libraries} EXPORT turnoutTargets FILE_SET HEADERS)
install(TARGETS turnout_program RUNTIME COMPONENT program)
if(TURNOUT_MPI)
  install(TARGETS turnout_mpi RUNTIME)
endif()
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT program
        PATTERN zsh EXCLUDE)
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/zsh DESTINATION ${CMAKE_INSTALL_DATADIR})
install(EXPORT turnoutTargets NAMESPACE turnout:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turnout)
get_property(TURNOUT_COMPONENTS GLOBAL PROPERTY TURNOUT_COMPONENTS)
get_property(TURNOUT_FOLDERS GLOBAL PROPERTY TURNOUT_FOLDERS)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/turnoutConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/turnoutConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turnout)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/turnoutConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/turnoutConfig.cmake ${PROJECT_BINARY_DIR}/turnoutConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turnout)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/catalog ${PROJECT_SOURCE_DIR}/examples
        DESTINATION ${CMAKE_INSTALL_DATADIR}/turnout COMPONENT program)
