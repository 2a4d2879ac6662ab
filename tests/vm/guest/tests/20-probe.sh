# probe shows the dax and nd devices with sizes, alignments, nodes and persistence domain.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
expect 0 pmembench probe
lines=$out.squeezed
tr -s ' ' <"$out" >"$lines"
mv "$lines" "$out"
dax=$(basename "$(device devdax)")
dax4k=$(basename "$(device devdax4k)")
spare=$(basename "$(device spare)")
near=$(region_on 0) far=$(region_on 1) third=$(region_on 2)
shows "$dax 124 MiB 2 MiB device_dax 1 1 $far memory_controller"
shows "$dax4k 62 MiB 4 KiB device_dax 1 1 $far memory_controller"
grep -qE "^ $spare [0-9]+ MiB 2 MiB device_dax [0-9]+ 2 $third memory_controller" "$out" ||
  fail "probe does not show $spare with its alignment, nodes and region"
grep -qE "^ $near .* 0 0 memory_controller .*\(fsdax\).*\(sector\).*\(raw\)" "$out" ||
  fail "probe does not show $near with its namespaces"
grep -qE "^ $(basename "$(device fsdax)") 4[0-9]+(\.[0-9]+)? MiB 512 B 4 KiB yes" "$out" ||
  fail "probe does not show that the fsdax namespace can do dax"
grep -qE "^ $(basename "$(device sector)") .* no " "$out" ||
  fail "probe does not show that the sector namespace cannot do dax"
