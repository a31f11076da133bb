#include "libfm/data/hdf5_image.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/scratch_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace fm {
namespace {

constexpr std::size_t increment = std::size_t{1} << 20;
constexpr std::size_t most_in_memory = std::size_t{16} << 20;

// The superblock, version 3 (HDF5 File Format Specification, section II.A).
constexpr std::size_t version_offset = 8;
constexpr std::size_t end_of_file_offset = 28;
constexpr std::size_t superblock_bytes = 48;

}  // namespace

/// The memory that HDF5 takes for a file. Pages of the temporary file leave the process's memory when they are written.
class Hdf5Image::Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { unmap(); }

  /// Null, with the error kept, if there is no memory. Where the temporary file cannot grow, the error is kept too, but
  /// memory is given, so that HDF5 can close the file: it may crash after a failure.
  void* grow(std::size_t size) noexcept {
    try {
      if (!error_) {
        try {
          size > most_in_memory ? grow_on_disk(size) : grow_in_memory(size);
        } catch (const MachineError&) {
          error_ = std::current_exception();
        }
      }
      if (error_ && size > capacity_) grow_after_error(size);
      size_ = size;
      return data_;
    } catch (const std::exception&) {
      if (!error_) error_ = std::current_exception();
      return nullptr;
    }
  }

  void check() const {
    if (error_) std::rethrow_exception(error_);
  }

  void save(const std::filesystem::path& to) {
    const std::uint64_t size = end_of_file();
    if (!is_on_disk_) return write_file_atomically(to, {static_cast<const char*>(data_), size});
    replace_file_atomically(to, [&](const std::filesystem::path& tmp) {
      const FileDescriptor out(tmp, O_WRONLY);
      std::vector<std::byte> piece(increment);
      for (std::uint64_t begin = 0; begin < size; begin += piece.size()) {
        piece.resize(std::min<std::uint64_t>(increment, size - begin));
        scratch_->read(begin, piece);
        const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (!out || !write_all(out, text)) throw_machine_error("{}: cannot be written: {}", to.string(), errno_text());
      }
    });
  }

 private:
  void grow_in_memory(std::size_t size) { capacity_ == 0 ? take(map(size, -1), size) : remap(size); }

  void grow_on_disk(std::size_t size) {
    if (!scratch_) scratch_.emplace();
    scratch_->resize(size);
    if (is_on_disk_) {
      ::madvise(data_, capacity_, MADV_DONTNEED);  // the pages of a file's mapping are written before they leave
      return remap(size);
    }
    void* const data = map(size, scratch_->descriptor().get());
    if (size_ > 0) std::memcpy(data, data_, size_);
    take(data, size);
    is_on_disk_ = true;
  }

  /// What is on the disk stays there; what is beyond is in memory, with room for what closing the file adds.
  void grow_after_error(std::size_t size) {
    const std::size_t on_disk = is_on_disk_ ? scratch_->size() : 0;
    const std::size_t capacity = size + std::max(most_in_memory, size - on_disk);
    auto* const data = static_cast<std::byte*>(map(capacity, -1));
    if (on_disk > 0) map(on_disk, scratch_->descriptor().get(), data);
    if (size_ > on_disk) std::memcpy(data + on_disk, static_cast<std::byte*>(data_) + on_disk, size_ - on_disk);
    take(data, capacity);
  }

  void remap(std::size_t size) {
    void* const data = ::mremap(data_, capacity_, size, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) throw_machine_error("an HDF5 file of {} bytes cannot be built: {}", size, errno_text());
    data_ = data;
    capacity_ = size;
  }

  /// New memory, of a file or with -1 of none.
  /// @param place of it, which is replaced; null: anywhere
  static void* map(std::size_t size, int file, void* place = nullptr) {
    const int flags = (file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED) | (place != nullptr ? MAP_FIXED : 0);
    void* const data = ::mmap(place, size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (data != MAP_FAILED) return data;
    throw_machine_error("{} for an HDF5 file of {} bytes cannot be mapped: {}",
                        file < 0 ? "memory" : "a temporary file (TMPDIR=FOLDER chooses its folder)", size,
                        errno_text());
  }

  void take(void* data, std::size_t capacity) {
    unmap();
    data_ = data;
    capacity_ = capacity;
  }

  void unmap() {
    if (capacity_ > 0) ::munmap(data_, capacity_);
  }

  std::uint64_t end_of_file() const {
    const auto* const bytes = static_cast<const char*>(data_);
    if (size_ < superblock_bytes || bytes[version_offset] != 3)
      throw std::logic_error("HDF5 made a file without a superblock of version 3");
    std::uint64_t end = 0;
    std::memcpy(&end, bytes + end_of_file_offset, sizeof(end));
    return end;
  }

  void* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
  bool is_on_disk_ = false;
  std::optional<ScratchFile> scratch_;
  std::exception_ptr error_;
};

Hdf5Image::Hdf5Image() : bytes_(std::make_shared<Bytes>()) {
  using Operation = H5FD_file_image_op_t;
  H5FD_file_image_callbacks_t memory = {};
  memory.udata = bytes_.get();
  memory.udata_copy = [](void* bytes) { return bytes; };
  memory.udata_free = [](void*) -> herr_t { return 0; };
  memory.image_malloc = [](std::size_t size, Operation, void* bytes) { return static_cast<Bytes*>(bytes)->grow(size); };
  memory.image_realloc = [](void*, std::size_t size, Operation, void* bytes) {
    return static_cast<Bytes*>(bytes)->grow(size);
  };
  memory.image_memcpy = [](void* to, const void* from, std::size_t size, Operation, void*) {
    return std::memcpy(to, from, size);
  };
  memory.image_free = [](void*, Operation, void*) -> herr_t { return 0; };  // kept to be saved
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  hdf5(H5Pset_fapl_core(access, increment, false));
  hdf5(H5Pset_file_image_callbacks(access, &memory));
  hdf5(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110));
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE));
  hdf5(H5Pset_obj_track_times(creation, false));
  hdf5(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
  file_.emplace(H5Fcreate("memory", H5F_ACC_TRUNC, creation, access));
}

void Hdf5Image::check() const { bytes_->check(); }

void Hdf5Image::save(const std::filesystem::path& to) {
  hdf5(H5Fflush(*file_, H5F_SCOPE_GLOBAL));
  file_.reset();
  check();
  bytes_->save(to);
}

}  // namespace fm
