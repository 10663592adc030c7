# What `cmake --install` puts where, and the two .deb made of it (cpack -G DEB in a release build): duolog, and the mailbox,
# which runs on another machine.
# The library dependencies are read from the programs by dpkg-shlibdeps; the rest are named here.
configure_file(${CMAKE_SOURCE_DIR}/packaging/duolog.1.in ${CMAKE_BINARY_DIR}/man/duolog.1 @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/packaging/duologd.8.in ${CMAKE_BINARY_DIR}/man/duologd.8 @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/packaging/duolog-mailbox.8.in ${CMAKE_BINARY_DIR}/man/duolog-mailbox.8 @ONLY)
foreach(page duolog.1 duologd.8 duolog-mailbox.8)
  string(REGEX REPLACE ".*\\." "" section ${page})
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/man/${page}.gz
    COMMAND gzip -9nk -f ${CMAKE_BINARY_DIR}/man/${page}
    DEPENDS ${CMAKE_BINARY_DIR}/man/${page} VERBATIM)
  list(APPEND pages ${CMAKE_BINARY_DIR}/man/${page}.gz)
  set(component duolog)
  if(page MATCHES mailbox)
    set(component mailbox)
  endif()
  install(FILES ${CMAKE_BINARY_DIR}/man/${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
endforeach()
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/changelog.gz
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/CHANGELOG.md > ${CMAKE_BINARY_DIR}/changelog.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/CHANGELOG.md VERBATIM)
add_custom_target(duolog_documents ALL DEPENDS ${pages} ${CMAKE_BINARY_DIR}/changelog.gz)

install(FILES packaging/duologd.service DESTINATION lib/systemd/user COMPONENT duolog)
install(FILES packaging/duolog.bash RENAME duolog DESTINATION share/bash-completion/completions COMPONENT duolog)
install(FILES packaging/copyright README.md ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/duolog COMPONENT duolog)
install(FILES packaging/duolog-mailbox.service DESTINATION lib/systemd/system COMPONENT mailbox)
install(FILES packaging/duolog-mailbox.sysusers RENAME duolog-mailbox.conf DESTINATION lib/sysusers.d COMPONENT mailbox)
install(FILES packaging/copyright ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/duolog-mailbox COMPONENT mailbox)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME duolog)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL duolog mailbox)
set(CPACK_DEBIAN_DUOLOG_PACKAGE_NAME duolog)
set(CPACK_DEBIAN_MAILBOX_PACKAGE_NAME duolog-mailbox)
set(CPACK_COMPONENT_MAILBOX_DESCRIPTION "keeps sealed bundles for two people who are never online together
duolog-mailbox runs on a machine that is up when the devices of the two are not:
they leave each other what they have written there, sealed. It reads none of it,
and sees sizes and times only.")
set(CPACK_DEBIAN_DUOLOG_PACKAGE_SUGGESTS "zbar-tools, duolog-mailbox, tor")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "private journal for two people, with no server")
set(CPACK_PACKAGE_DESCRIPTION "Two people keep one journal: entries, and check-ins that stay sealed until both have
answered. duologd runs on each person's device and syncs straight with the
other's, end to end encrypted; duolog is the command line that talks to it.
There is no server, no account and no company.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Duolog maintainers <maintainers@duolog.invalid>")
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The libsodium that CVE-2025-69277 is mended in; dpkg-shlibdeps would take an older one.
set(CPACK_DEBIAN_DUOLOG_PACKAGE_DEPENDS "tzdata, libsodium23 (>= 1.0.18-1+deb12u1)")
set(CPACK_DEBIAN_MAILBOX_PACKAGE_DEPENDS "systemd, libsodium23 (>= 1.0.18-1+deb12u1)")
set(CPACK_DEBIAN_MAILBOX_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/mailbox-control/postinst)
set(CPACK_DEBIAN_MAILBOX_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_STRIP_FILES ON)
include(CPack)
