#include "libfm/data/hdf5_image.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace fm {
namespace {

constexpr std::size_t memory_increment = std::size_t{1} << 20;

// The superblock, version 3 (HDF5 File Format Specification, section II.A): its checksum covers the bytes before it.
constexpr std::size_t version_offset = 8;
constexpr std::size_t checksum_offset = 44;

/// Jenkins' lookup3, the checksum of HDF5's metadata, over 32-bit words.
template <std::size_t N>
std::uint32_t lookup3(const std::array<std::uint32_t, N>& words) {
  static_assert(N % 3 == 2, "the rounds below end with two words");
  std::uint32_t a = 0xdeadbeef + 4 * N, b = a, c = a;
  std::size_t i = 0;
  for (; i + 3 < N; i += 3) {
    a += words[i], b += words[i + 1], c += words[i + 2];
    a -= c, a ^= std::rotl(c, 4), c += b;
    b -= a, b ^= std::rotl(a, 6), a += c;
    c -= b, c ^= std::rotl(b, 8), b += a;
    a -= c, a ^= std::rotl(c, 16), c += b;
    b -= a, b ^= std::rotl(a, 19), a += c;
    c -= b, c ^= std::rotl(b, 4), b += a;
  }
  a += words[i], b += words[i + 1];
  c ^= b, c -= std::rotl(b, 14);
  a ^= c, a -= std::rotl(c, 11);
  b ^= a, b -= std::rotl(a, 25);
  c ^= b, c -= std::rotl(b, 16);
  a ^= c, a -= std::rotl(c, 4);
  b ^= a, b -= std::rotl(a, 14);
  c ^= b, c -= std::rotl(b, 24);
  return c;
}

/// H5Fget_file_image clears the flag "open for writing" in its copy but does not update the checksum.
void repair_superblock(std::string& image) {
  if (image.size() < checksum_offset + 4 || image[version_offset] != 3)
    throw std::logic_error("HDF5 made a file without a superblock of version 3");
  std::array<std::uint32_t, checksum_offset / 4> words{};
  std::memcpy(words.data(), image.data(), checksum_offset);
  const std::uint32_t checksum = lookup3(words);
  std::memcpy(image.data() + checksum_offset, &checksum, sizeof(checksum));
}

}  // namespace

Hdf5Handle create_hdf5_in_memory() {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  hdf5(H5Pset_fapl_core(access, memory_increment, false));
  hdf5(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110));
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE));
  hdf5(H5Pset_obj_track_times(creation, false));
  hdf5(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
  return Hdf5Handle(H5Fcreate("memory", H5F_ACC_TRUNC, creation, access));
}

std::string hdf5_image(hid_t file) {
  hdf5(H5Fflush(file, H5F_SCOPE_GLOBAL));
  std::string image(static_cast<std::size_t>(hdf5(H5Fget_file_image(file, nullptr, 0))), '\0');
  hdf5(H5Fget_file_image(file, image.data(), image.size()));
  repair_superblock(image);
  return image;
}

}  // namespace fm
