#include "libfm/train/row_parts.hpp"

#include <numeric>
#include <utility>

namespace fm {

RowParts::RowParts(Rows rows) : kept_(std::make_shared<const Rows>(std::move(rows))) {
  const std::vector<double>& weights = kept_->weights;
  const auto count = static_cast<double>(kept_->size());
  parts_.push_back({kept_->size(), weights.empty() ? count : std::accumulate(weights.begin(), weights.end(), 0.0)});
}

RowParts::RowParts(std::vector<Part> parts, std::function<Rows(std::size_t)> read)
    : parts_(std::move(parts)), read_(std::move(read)) {}

std::int64_t RowParts::size() const {
  std::int64_t rows = 0;
  for (const Part& part : parts_) rows += part.rows;
  return rows;
}

std::shared_ptr<const Rows> RowParts::operator[](std::size_t part) const {
  return kept_ ? kept_ : std::make_shared<const Rows>(read_(part));
}

}  // namespace fm
