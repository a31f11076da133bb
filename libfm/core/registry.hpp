#pragma once
// What a program of one's own adds to the tables of environments, experts and networks, before it calls fm::launch:
//
//   fm::Registry registry;
//   fm::add_environment<CartOptions>(registry, "cart", make_cart);            // task/environments.hpp
//   fm::add_expert<GainOptions>(registry, "cart_gains", "cart", make_gains);  // task/experts.hpp
//   return fm::launch(argc, argv, registry);                                  // launcher/launch.hpp
//
// Their options then stand in YAML under their name, as those of the project's own.

#include "libfm/core/erased_options.hpp"

#include <any>
#include <map>
#include <string>

namespace fm {

class Registry {
 public:
  enum class Kind { environment, expert, network };

  struct Entry {
    ErasedOptions defaults;
    std::string fits;  ///< of an expert: the environment that it acts in; "": any
    std::any make;     ///< a function whose type is its kind's
  };
  using Entries = std::map<std::string, Entry>;
  using Options = std::map<std::string, ErasedOptions>;

  /// @throws std::invalid_argument if the name is taken, or not a word of letters, digits and _
  void add(Kind kind, const std::string& name, Entry entry);

  const Entries& of(Kind kind) const;
  bool is_empty() const { return entries_.empty(); }
  /// The defaults of all entries of a kind.
  Options options(Kind kind) const;

  /// That of this process; empty unless one was installed.
  static const Registry& current();
  /// Before anything else is done, since every options struct begins with its defaults.
  static void install(Registry registry);

 private:
  std::map<Kind, Entries> entries_;
};

}  // namespace fm
