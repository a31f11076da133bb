#pragma once
// The header of NumPy's .npy files (numpy.lib.format, versions 1 to 3), from an untrusted source.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// What the header of a .npy file says.
struct NpyHeader {
  char kind = 'f';  ///< f float, i integer, u unsigned integer, b boolean, U text of UCS-4, S bytes
  std::size_t item_bytes = 8;
  bool big_endian = false;
  bool fortran_order = false;  ///< the first index varies fastest
  std::vector<std::uint64_t> shape;
  std::size_t data_begin = 0;  ///< offset of the values
};

/// @param begin the first bytes of a file, at least npy_header_bytes unless the file is shorter
/// @throws InputError, prefixed by `where`, for anything that NumPy does not write, and for objects, which only Python reads
NpyHeader read_npy_header(std::string_view begin, const std::string& where);
constexpr std::size_t npy_header_bytes = 16384;

}  // namespace fm
