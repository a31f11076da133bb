// OpenMP threads that wait for each other spin for milliseconds before they sleep. On a machine that is busy with other
// work, the thread they wait for may not even run: training then slows down by a factor of ten and more. This file sets
// a short spin, unless the user has chosen (OMP_WAIT_POLICY, GOMP_SPINCOUNT, OMP_PROC_BIND).
//
// The OpenMP runtime reads its environment when it is loaded, before main() and before the constructors of this program.
// What runs earlier is .preinit_array: there the program starts itself again with the variable set, which costs the
// milliseconds of linking it once more.

#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr const char* spin = "GOMP_SPINCOUNT=10000";  // iterations, some 100 us
constexpr std::size_t max_variables = 16384;

bool is_set(char** environment, const char* name) {
  const std::size_t length = std::strlen(name);
  for (char** each = environment; *each != nullptr; ++each) {
    if (std::strncmp(*each, name, length) == 0 && (*each)[length] == '=') return true;
  }
  return false;
}

void wait_briefly(int, char** arguments, char** environment) {
  for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND"}) {
    if (is_set(environment, name)) return;
  }
  static char* extended[max_variables];
  std::size_t count = 0;
  for (; environment[count] != nullptr && count < max_variables - 2; ++count) extended[count] = environment[count];
  if (environment[count] != nullptr) return;
  extended[count] = const_cast<char*>(spin);
  static char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0 || std::strstr(program, "/ld-") != nullptr) return;  // no /proc, or started by a dynamic linker
  execve(program, arguments, extended);                                // if it fails the program goes on as it is
}

[[gnu::used, gnu::section(".preinit_array")]] void (*const before_all)(int, char**, char**) = wait_briefly;

}  // namespace

#endif
