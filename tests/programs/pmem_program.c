// A user of libpmem. pmem FILE MODE
#include <libpmem.h>
#include <string.h>

int main(int count, char **words) {
  size_t mapped = 0;
  int is_pmem = 0;
  if (count != 3) return 3;
  const char *const mode = words[2];
  char *const map = pmem_map_file(words[1], 65536, PMEM_FILE_CREATE, 0600, &mapped, &is_pmem);
  if (map == NULL) return 2;
  char data[3000];
  memset(data, 9, sizeof data);
  if (strcmp(mode, "right") == 0) {
    pmem_memcpy_persist(map + 100, data, sizeof data);
    pmem_memset_nodrain(map + 8192, 3, 4096);
    pmem_drain();
    strcpy(map + 20000, "stored by the program itself");
    if (is_pmem) {
      pmem_persist(map + 20000, 32);
    } else if (pmem_msync(map + 20000, 32) != 0) {
      return 2;
    }
  } else if (strcmp(mode, "no_drain") == 0) {
    pmem_memcpy_nodrain(map + 128, data, 1024);
  } else if (strcmp(mode, "no_flush") == 0) {
    memcpy(map + 128, data, 1024);
    pmem_drain();
  }
  pmem_unmap(map, mapped);
  return 0;
}
