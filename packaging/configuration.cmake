# Writes /etc/turnout/turnout.toml of the package: the example, with its files where the service may write.
# cmake -DEXAMPLE=examples/turnout.toml -DTO=FILE -P configuration.cmake
file(READ ${EXAMPLE} text)
function(change from to)
  string(FIND "${text}" "${from}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${EXAMPLE} has no '${from}' any more")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()
change("# A gateway: turnout serve -c examples/turnout.toml\n"
       "# The gateway of turnout.service, which reads this when it starts and at `systemctl reload turnout`.\n")
change("docs/formats.md,\n" "/usr/share/doc/turnout/formats.md,\n")
change("key_env = \"OPENAI_API_KEY\"\n" "key_env = \"OPENAI_API_KEY\"   # in /etc/turnout/environment\n")
change("# passes = \"sqlite:turnout.db\"" "passes = \"sqlite:/var/lib/turnout/turnout.db\"")
change("# spill = \"turnout.spill\"" "spill = \"/var/lib/turnout/turnout.spill\"")
file(WRITE ${TO} "${text}")
