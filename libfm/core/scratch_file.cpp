#include "libfm/core/scratch_file.hpp"

#include "libfm/core/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace fm {
namespace {

/// Not /tmp, which many systems keep in memory.
std::string folder() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

[[noreturn]] void fail(const char* what, int error) {
  errno = error;
  throw_machine_error("{}: {}: {}; TMPDIR=FOLDER chooses another folder for temporary files", folder(), what,
                      errno_text());
}

FileDescriptor open_unnamed() {
  FileDescriptor unnamed(folder(), O_TMPFILE | O_RDWR);
  if (unnamed) return unnamed;
  std::string path = folder() + "/fm_scratch_XXXXXX";  // where the file system has no unnamed files
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) fail("no temporary file can be created", errno);
  ::unlink(path.c_str());
  return file;
}

}  // namespace

ScratchFile::ScratchFile() : file_(open_unnamed()) {}

void ScratchFile::resize(std::uint64_t bytes) {
  if (bytes > size_) {
    int error = EINTR;
    while (error == EINTR) {
      error = ::posix_fallocate(file_.get(), static_cast<off_t>(size_), static_cast<off_t>(bytes - size_));
    }
    if (error != 0) fail("a temporary file cannot grow", error);
  } else if (::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0) {
    fail("a temporary file cannot be shortened", errno);
  }
  size_ = bytes;
}

std::uint64_t ScratchFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t begin = size_;
  while (!bytes.empty()) {
    const ::ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("a temporary file cannot be written", errno);
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return begin;
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ::ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("a temporary file cannot be read", got == 0 ? EIO : errno);
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace fm
