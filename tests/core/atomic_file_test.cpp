#include "libfm/core/atomic_file.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/full_disk.hpp"
#include "tests/core/temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace fs = std::filesystem;

namespace {

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

CATCH_TEST_CASE("a file is written, replaced and read back whole", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "file";
  std::string content(1 << 20, 'x');
  content[77] = '\0';
  fm::write_file_atomically(file, content);
  CATCH_CHECK(fm::read_file(file, content.size()) == content);
  fm::write_file_atomically(file, "");
  CATCH_CHECK(fm::read_file(file, 0) == "");
  CATCH_CHECK(entries(folder.path()) == 1);
}

CATCH_TEST_CASE("a full disk is one clear error; the old file stays and the temporary is removed", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "file";
  fm::write_file_atomically(file, "old");
  const std::string large(1 << 20, 'x');
  std::string message;
  {
    const FullDisk full(1 << 16);
    message = error_of<fm::MachineError>([&] { fm::write_file_atomically(file, large); });
  }
  CATCH_CHECK(contains(message, file.string()));
  CATCH_CHECK(contains(message, "cannot be written"));
  CATCH_CHECK(fm::read_file(file, 100) == "old");
  CATCH_CHECK(entries(folder.path()) == 1);
}

CATCH_TEST_CASE("a missing folder is named in the error", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "none/file";
  CATCH_CHECK(contains(error_of<fm::MachineError>([&] { fm::write_file_atomically(file, "x"); }), file.string()));
}

CATCH_TEST_CASE("a killed writer's temporary file is reused, without its content", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "file";
  std::ofstream(file.string() + ".tmp") << "half of a much longer file";
  fm::write_file_atomically(file, "new");
  CATCH_CHECK(fm::read_file(file, 100) == "new");
  CATCH_CHECK(entries(folder.path()) == 1);
}

CATCH_TEST_CASE("a writer by path replaces the file, and its error leaves the old one in place", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "file";
  fm::replace_file_atomically(file, [](const fs::path& tmp) { std::ofstream(tmp) << "first"; });
  CATCH_CHECK(fm::read_file(file, 100) == "first");
  CATCH_CHECK(error_of<std::runtime_error>([&] {
                fm::replace_file_atomically(file, [](const fs::path& tmp) {
                  std::ofstream(tmp) << "second";
                  throw std::runtime_error("writer's own");
                });
              }) == "writer's own");
  CATCH_CHECK(fm::read_file(file, 100) == "first");
  CATCH_CHECK(entries(folder.path()) == 1);
}

CATCH_TEST_CASE("processes that write the same file at once leave the complete content of one", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "file";
  constexpr int writers = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < writers; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        for (int n = 0; n < 20; ++n) fm::write_file_atomically(file, std::string(50000, static_cast<char>('a' + i)));
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CATCH_CHECK(status == 0);
  }
  const std::string content = fm::read_file(file, 50000);
  CATCH_CHECK(content == std::string(50000, content[0]));
  CATCH_CHECK(entries(folder.path()) == 1);
}

CATCH_TEST_CASE("reading reports what is wrong with the path", "[atomic_file]") {
  const TemporaryFolder folder;
  const auto message = [](const fs::path& file) { return error_of<fm::InputError>([&] { fm::read_file(file, 3); }); };
  CATCH_CHECK(contains(message(folder / "none"), "No such file"));
  CATCH_CHECK(contains(message(folder.path()), "is a folder"));
  std::ofstream(folder / "long") << "long";
  CATCH_CHECK(contains(message(folder / "long"), "larger than 3 bytes"));
  CATCH_CHECK(contains(message("/dev/zero"), "larger than 3 bytes"));
}

CATCH_TEST_CASE("a copy is whole, or the old file stays", "[atomic_file]") {
  const TemporaryFolder folder;
  const fs::path from = folder / "from", to = folder / "to";
  fm::write_file_atomically(from, std::string(1 << 20, 'x'));
  fm::write_file_atomically(to, "old");
  {
    const FullDisk full(1 << 16);
    CATCH_CHECK(contains(error_of<fm::MachineError>([&] { fm::copy_file_atomically(from, to); }), to.string()));
  }
  CATCH_CHECK(fm::read_file(to, 100) == "old");
  fm::copy_file_atomically(from, to);
  CATCH_CHECK(fm::read_file(to, 1 << 20) == std::string(1 << 20, 'x'));
  CATCH_CHECK(entries(folder.path()) == 2);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::copy_file_atomically(folder / "none", to); }), "none"));
}
