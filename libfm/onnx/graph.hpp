#pragma once
// An ONNX graph under construction, and the bytes of its model file: messages of onnx.proto
// (https://github.com/onnx/onnx, onnx/onnx.proto3), encoded with core/protobuf.hpp. The operators are those of version 17
// of the standard (https://onnx.ai/onnx/operators), which every runtime since 2022 knows.

#include "libfm/env/environment.hpp"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fm {

/// A tensor of the graph, by its name.
struct OnnxValue {
  std::string name;
};

class OnnxGraph {
 public:
  using Shape = std::vector<std::int64_t>;
  using Attribute = std::variant<std::int64_t, float, std::string, Shape>;
  using Attributes = std::vector<std::pair<std::string_view, Attribute>>;

  /// Any number of rows, as a dimension of an input or output.
  static constexpr std::int64_t batch = -1;

  /// A float32 input. @param text what it is, with its unit
  OnnxValue input(const std::string& name, const Shape& shape, const std::string& text);
  void output(const OnnxValue& value, const std::string& name, const Shape& shape, const std::string& text);

  OnnxValue constant(std::span<const float> values, const Shape& shape);
  OnnxValue constant(const FloatMatrix& matrix);
  OnnxValue integers(const Shape& values);
  OnnxValue integer(std::int64_t value);
  OnnxValue scalar(double value);
  /// The same constant for the same name.
  OnnxValue named(const std::string& name, const FloatMatrix& matrix);
  OnnxValue named(const std::string& name, std::span<const float> values);
  OnnxValue named(const std::string& name, std::span<const float> values, const Shape& shape);

  /// The result of an operator. @param inputs an empty name stands for an optional input that is left out
  OnnxValue add(const char* op, const std::vector<OnnxValue>& inputs, const Attributes& attributes = {}) {
    return add_with(op, inputs, attributes, 1).front();
  }
  /// The same for operators with several results.
  std::vector<OnnxValue> add_with(const char* op, const std::vector<OnnxValue>& inputs, const Attributes& attributes,
                                  int outputs);

  // Operators with their arguments as they are used here.
  OnnxValue sum(const OnnxValue& a, const OnnxValue& b) { return add("Add", {a, b}); }
  OnnxValue difference(const OnnxValue& a, const OnnxValue& b) { return add("Sub", {a, b}); }
  OnnxValue product(const OnnxValue& a, const OnnxValue& b) { return add("Mul", {a, b}); }
  /// factor x; x itself for 1
  OnnxValue scaled(double factor, const OnnxValue& x);
  OnnxValue concatenated(const std::vector<OnnxValue>& parts, std::int64_t axis);
  /// [begin, end) along an axis
  OnnxValue slice(const OnnxValue& x, std::int64_t axis, std::int64_t begin, std::int64_t end);
  /// At most one size is -1, the one that follows from the others.
  OnnxValue reshaped(const OnnxValue& x, const Shape& shape);
  OnnxValue transposed(const OnnxValue& x, const Shape& order) { return add("Transpose", {x}, {{"perm", order}}); }
  /// A constant (1, ...), repeated for every row of `rows` (B, ...).
  OnnxValue repeated(const OnnxValue& constant, const Shape& row_shape, const OnnxValue& rows);
  /// x between low and high, element by element
  OnnxValue clipped(const OnnxValue& x, const OnnxValue& low, const OnnxValue& high) {
    return add("Min", {add("Max", {x, low}), high});
  }

  /// The bytes of the model file. Equal graphs give equal bytes.
  /// @throws InputError above 2 GiB, which the format cannot hold
  std::string model(const std::map<std::string, std::string>& metadata) const;

 private:
  OnnxValue initializer(const std::string& name, int type, const Shape& shape, std::string_view bytes);
  std::string next_name(const char* kind);

  std::string nodes_, initializers_, inputs_, outputs_;  ///< encoded fields of GraphProto
  std::map<std::string, int> counts_;
  std::map<std::string, OnnxValue> named_;
};

}  // namespace fm
