# Makes what the other scripts use: a namespace of each mode, by the kernel's own tool.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
label_nvdimms
make_namespace fsdax 0 -m fsdax -s 448M
make_namespace sector 0 -m sector -s 64M
make_namespace raw 0 -m raw -s 64M
make_namespace devdax 1 -m devdax -a 2M -s 128M
make_namespace devdax4k 1 -m devdax -a 4K -s 64M
make_namespace spare 2 -m devdax -a 2M
