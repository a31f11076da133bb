#pragma once
// An options struct of any type, for options that the project does not know: those of environments, experts and networks
// that a program of one's own adds (core/registry.hpp). Their fields are visited as those of any other options.

#include "libfm/core/fields.hpp"
#include "libfm/core/free_mapping.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace fm {

/// A field of any type that options can have, but a section.
using AnyField =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, FreeMapping*, std::vector<int>*,
                 std::vector<std::int64_t>*, std::vector<std::uint64_t>*, std::vector<double>*,
                 std::vector<std::string>*, std::optional<bool>*, std::optional<int>*, std::optional<std::int64_t>*,
                 std::optional<std::uint64_t>*, std::optional<double>*, std::optional<std::string>*>;

/// A visitor of fields as an interface, which virtual functions can take.
class FieldWalker {
 public:
  using Walk = std::function<void(FieldWalker& walker)>;

  virtual ~FieldWalker() = default;
  virtual void field(const char* name, AnyField field, const char* sentence, const Bounds& bounds) = 0;
  virtual void section(const char* name, const char* sentence, const Walk& walk) = 0;
};

/// Lets a FieldWalker visit a struct.
class WalkedFields {
 public:
  explicit WalkedFields(FieldWalker& walker) : walker_(walker) {}

  template <class T>
  void operator()(const char* name, T& value, const char* sentence, const Bounds& bounds = {}) {
    if constexpr (HasFields<T>) {
      walker_.section(name, sentence, [&](FieldWalker& inner) {
        WalkedFields fields(inner);
        value.fields(fields);
      });
    } else {
      walker_.field(name, &value, sentence, bounds);
    }
  }

 private:
  FieldWalker& walker_;
};

/// Lets any visitor walk.
template <class Visitor>
class WalkingVisitor final : public FieldWalker {
 public:
  explicit WalkingVisitor(Visitor& visit) : visit_(visit) {}

  void field(const char* name, AnyField field, const char* sentence, const Bounds& bounds) override {
    std::visit([&](auto* value) { visit_(name, *value, sentence, bounds); }, field);
  }

  void section(const char* name, const char* sentence, const Walk& walk) override {
    Section section{walk};
    visit_(name, section, sentence);
  }

 private:
  struct Section {
    const Walk& walk;

    template <class Inner>
    void fields(Inner& visit) {
      WalkingVisitor<Inner> walker(visit);
      walk(walker);
    }
  };

  Visitor& visit_;
};

/// A copy of an options struct.
class ErasedOptions {
 public:
  template <HasFields T>
  explicit ErasedOptions(T options) : self_(std::make_unique<Model<T>>(std::move(options))) {}

  ErasedOptions(const ErasedOptions& other) : self_(other.self_->clone()) {}
  ErasedOptions(ErasedOptions&&) noexcept = default;
  ErasedOptions& operator=(ErasedOptions other) noexcept {
    self_ = std::move(other.self_);
    return *this;
  }
  ~ErasedOptions() = default;

  /// @throws std::logic_error if they are of another type
  template <class T>
  const T& as() const {
    const auto* model = dynamic_cast<const Model<T>*>(self_.get());
    if (model == nullptr) throw std::logic_error(std::string("options are not of type ") + typeid(T).name());
    return model->options;
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    WalkingVisitor<Visitor> walker(visit);
    self_->walk(walker);
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual std::unique_ptr<Concept> clone() const = 0;
    virtual void walk(FieldWalker& walker) = 0;
  };

  template <class T>
  struct Model final : Concept {
    explicit Model(T given) : options(std::move(given)) {}
    std::unique_ptr<Concept> clone() const override { return std::make_unique<Model>(options); }
    void walk(FieldWalker& walker) override {
      WalkedFields visit(walker);
      options.fields(visit);
    }

    T options;
  };

  std::unique_ptr<Concept> self_;
};

}  // namespace fm
