#include "libfm/data/column_attributes.hpp"

#include <fmt/format.h>

namespace fm {
namespace {

template <class Get>
std::string one_a_line(const std::vector<Dimension>& dimensions, Get get) {
  std::vector<std::string> lines;
  for (const Dimension& dimension : dimensions) lines.push_back(fmt::format("{}", get(dimension)));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

void write_column_attributes(Hdf5Writer& file, const std::string& path, const std::string& kind,
                             const std::vector<Dimension>& dimensions) {
  file.attribute(path, kind + "_names", one_a_line(dimensions, [](const Dimension& d) { return d.name; }));
  file.attribute(path, kind + "_units", one_a_line(dimensions, [](const Dimension& d) { return d.unit; }));
  file.attribute(path, kind + "_low", one_a_line(dimensions, [](const Dimension& d) { return d.low; }));
  file.attribute(path, kind + "_high", one_a_line(dimensions, [](const Dimension& d) { return d.high; }));
}

ColumnTexts read_column_attributes(const Hdf5Reader& file, const std::string& path, const std::string& kind) {
  return {.names = file.lines(path, kind + "_names").value_or(std::vector<std::string>()),
          .units = file.lines(path, kind + "_units").value_or(std::vector<std::string>()),
          .low = file.list(path, kind + "_low").value_or(std::vector<double>()),
          .high = file.list(path, kind + "_high").value_or(std::vector<double>())};
}

}  // namespace fm
