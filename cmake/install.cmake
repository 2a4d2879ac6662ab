# What `cmake --install` and `cpack` install, and where.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The command looks for these next to itself (src/cli/host.cpp, src/cli/data_folder.cpp).
set(PMEMBENCH_PLUGIN_DIR lib/pmembench/plugins)
set(PMEMBENCH_DATA_DIR ${CMAKE_INSTALL_DATADIR}/pmembench)

# Manual and completion are made by the command itself, from its options.
set(generated ${PROJECT_BINARY_DIR}/generated)
add_custom_command(
  OUTPUT ${generated}/done
  COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
  COMMAND pmembench generate man --out ${generated}/man1
  COMMAND pmembench generate bash > ${generated}/pmembench.bash
  COMMAND pmembench generate zsh > ${generated}/_pmembench
  COMMAND pmembench generate fish > ${generated}/pmembench.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${generated}/done
  DEPENDS pmembench
  COMMENT "Writing the manual and the shells' completion"
  VERBATIM)
add_custom_target(pmembench_generated ALL DEPENDS ${generated}/done)

install(TARGETS pmembench)
if(TARGET pmembench-mpi)
  install(TARGETS pmembench-mpi COMPONENT mpi)
endif()
install(FILES backends/dax_operations.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pmembench/backends)
install(DIRECTORY configs/ DESTINATION ${PMEMBENCH_DATA_DIR}/configs)
install(DIRECTORY reports/pmembench_report DESTINATION ${PMEMBENCH_DATA_DIR}/reports
        PATTERN __pycache__ EXCLUDE)
install(DIRECTORY DESTINATION ${PMEMBENCH_PLUGIN_DIR})

install(DIRECTORY ${generated}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
        FILES_MATCHING PATTERN "*.1")
install(FILES ${generated}/pmembench.bash RENAME pmembench
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${generated}/pmembench.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${generated}/_pmembench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
# Debian's zsh looks below /usr only there.
install(FILES ${generated}/_pmembench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES tests/plugins/example_plugin.c cmake/example/CMakeLists.txt
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/example)

configure_package_config_file(cmake/pmembenchConfig.cmake.in ${PROJECT_BINARY_DIR}/pmembenchConfig.cmake
  INSTALL_DESTINATION lib/cmake/pmembench
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR PMEMBENCH_PLUGIN_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pmembenchConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/pmembenchConfig.cmake ${PROJECT_BINARY_DIR}/pmembenchConfigVersion.cmake
        DESTINATION lib/cmake/pmembench)
# The prefix is known when it is installed: `cmake --install --prefix` and cpack choose their own.
install(CODE "
  set(PROJECT_VERSION \"${PROJECT_VERSION}\")
  set(CMAKE_INSTALL_INCLUDEDIR \"${CMAKE_INSTALL_INCLUDEDIR}\")
  set(PMEMBENCH_PLUGIN_DIR \"${PMEMBENCH_PLUGIN_DIR}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/cmake/pmembench.pc.in\" \"${PROJECT_BINARY_DIR}/pmembench.pc\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/pmembench.pc DESTINATION lib/pkgconfig)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pmembench)
set(CPACK_PACKAGE_VENDOR pmembench)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Benchmarks of memory that is more than a DIMM")
set(CPACK_PACKAGE_DESCRIPTION
"Measures memory that is addressed with loads and stores: NVDIMMs, CXL memory
expanders, battery-backed DRAM, far NUMA nodes, plain DRAM; and what durability,
file systems and block layers on top of it cost.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "the pmembench developers <pmembench@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Measuring needs none of them; drawing the report does.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, python3-matplotlib, python3-numpy, python3-jinja2")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# What needs MPI is a separate package: pmembench itself does not depend on MPI.
if(TARGET pmembench-mpi)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_COMPONENTS_ALL Unspecified mpi)
  set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME pmembench)
  set(CPACK_COMPONENT_UNSPECIFIED_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
  set(CPACK_DEBIAN_MPI_PACKAGE_NAME pmembench-mpi)
  set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS "pmembench (= ${PROJECT_VERSION})")
  set(CPACK_DEBIAN_MPI_PACKAGE_RECOMMENDS "openmpi-bin")
  set(CPACK_COMPONENT_MPI_DESCRIPTION
"pmembench for several hosts that share memory, started by mpirun
one rank on each host.")
endif()
set(CPACK_STRIP_FILES ON)
include(CPack)
