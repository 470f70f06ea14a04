# The Debian package: the program and the gateway as a service. ./dev package builds and tries it.
set(configuration ${PROJECT_BINARY_DIR}/package/turnout.toml)
set(example ${PROJECT_SOURCE_DIR}/examples/turnout.toml)
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
add_custom_command(
  OUTPUT ${configuration}
  COMMAND ${CMAKE_COMMAND} -DEXAMPLE=${example} -DTO=${configuration} -P ${packaging}/configuration.cmake
  DEPENDS ${example} ${packaging}/configuration.cmake
  VERBATIM)
add_custom_target(turnout_package_files DEPENDS ${configuration})

# Parts that a plain `cmake --install` leaves out.
set(owner PERMISSIONS OWNER_READ OWNER_WRITE)
set(public PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES ${configuration} DESTINATION /etc/turnout ${owner} GROUP_READ COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${packaging}/environment DESTINATION /etc/turnout ${owner} COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${packaging}/turnout.service DESTINATION /lib/systemd/system ${public} COMPONENT service
        EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_BINARY_DIR}/share/zsh/site-functions/_turnout
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions ${public} COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnout ${public}
        RENAME copyright COMPONENT service EXCLUDE_FROM_ALL)
foreach(page gateway operations formats security identity)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/${page}.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnout ${public}
          COMPONENT service EXCLUDE_FROM_ALL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL program service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_VENDOR turnout)
set(CPACK_PACKAGE_CONTACT "Turnout <turnout@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "gateway that decides which language model serves each attempt")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Software that decides which large language model serves each attempt at a user's\n task, and a gateway, turnout.service, that serves them so.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
# Loaded when they are used: stores on servers, pictures of maps. Upstreams are verified by the authorities.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, libpq5, libcurl4, libcairo2")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/conffiles ${packaging}/postinst ${packaging}/prerm
                                       ${packaging}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
