#pragma once
// The values of NumPy's .npy files (npy_header.hpp), from an untrusted source.

#include "libfm/data/npy_header.hpp"
#include "libfm/env/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

enum class Infinity { refused, accepted };

/// The values of a whole file as (rows, columns); (n) is a single column, (n, a, b ...) are a b ... of them. Every number
/// is finite, or infinite where that is accepted, and exact in float64.
/// @throws InputError, prefixed by `where`
Matrix npy_matrix(std::string_view file, const std::string& where, Infinity infinity = Infinity::refused);

/// The texts of a file with one dimension.
std::vector<std::string> npy_texts(std::string_view file, const std::string& where);

}  // namespace fm
