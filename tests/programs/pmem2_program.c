// A user of libpmem2. pmem2 FILE MODE
#include <fcntl.h>
#include <libpmem2.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words) {
  struct pmem2_config *config = NULL;
  struct pmem2_source *source = NULL;
  struct pmem2_map *map = NULL;
  if (count != 3) return 3;
  const int fd = open(words[1], O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, 65536) != 0) return 2;
  if (pmem2_config_new(&config) != 0 || pmem2_source_from_fd(&source, fd) != 0) return 2;
  if (pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE) != 0) return 2;
  if (pmem2_map_new(&map, config, source) != 0) return 2;
  char *const to = pmem2_map_get_address(map);
  char data[3000];
  memset(data, 9, sizeof data);
  if (strcmp(words[2], "right") == 0) {
    pmem2_get_memcpy_fn(map)(to + 100, data, sizeof data, 0);
    pmem2_get_memset_fn(map)(to + 8192, 3, 4096, PMEM2_F_MEM_NONTEMPORAL);
    strcpy(to + 20000, "stored by the program itself");
    pmem2_get_persist_fn(map)(to + 20000, 32);
  } else if (strcmp(words[2], "no_drain") == 0) {
    pmem2_get_memcpy_fn(map)(to + 128, data, 1024, PMEM2_F_MEM_NODRAIN);
  }
  pmem2_map_delete(&map);
  pmem2_source_delete(&source);
  pmem2_config_delete(&config);
  close(fd);
  return 0;
}
