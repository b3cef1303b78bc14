#include "storage/json/read_json.hpp"

#include <boost/json/basic_parser_impl.hpp>

namespace pykala::storage {
namespace {

namespace json = boost::json;
using error = json::error_code;

constexpr std::int64_t largest_integer = (std::int64_t{1} << 53) - 1;

// Builds the value while Boost.JSON reads; a DOM would silently keep the last of two equal members.
struct builder {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    value root{};
    std::vector<value*> open{};  // containers not yet closed; they do not move while open
    std::string text{};          // of the string or key that is being read
    std::string key{};
    bool duplicate = false;
    bool number = false;

    bool stop(error& ec) {
        ec = json::error::exception;
        return false;
    }
    value* put(value v, error& ec) {
        if (open.empty()) {
            root = std::move(v);
            return &root;
        }
        if (auto* array = open.back()->as_array()) {
            array->push_back(std::move(v));
            return &array->back();
        }
        auto& object = *open.back()->as_object();
        const auto [at, added] = object.emplace(std::move(key), std::move(v));
        if (!added) {
            duplicate = true;
            stop(ec);
        }
        return &at->second;
    }
    bool leaf(value v, error& ec) {
        put(std::move(v), ec);
        return !ec;
    }
    bool integer(std::int64_t i, error& ec) {
        if (i <= largest_integer && i >= -largest_integer) return leaf(i, ec);
        number = true;
        return stop(ec);
    }

    bool on_document_begin(error&) { return true; }
    bool on_document_end(error&) { return true; }
    bool on_object_begin(error& ec) {
        open.push_back(put(value_object{}, ec));
        return !ec;
    }
    bool on_object_end(std::size_t, error&) {
        open.pop_back();
        return true;
    }
    bool on_array_begin(error& ec) {
        open.push_back(put(value_array{}, ec));
        return !ec;
    }
    bool on_array_end(std::size_t, error&) {
        open.pop_back();
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error&) {
        text.append(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error&) {
        text.append(part);
        key = std::exchange(text, {});
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error&) {
        text.append(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, error& ec) {
        text.append(part);
        return leaf(std::exchange(text, {}), ec);
    }
    bool on_number_part(json::string_view, error&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, error& ec) { return integer(i, ec); }
    bool on_uint64(std::uint64_t, json::string_view, error& ec) {
        number = true;
        return stop(ec);
    }
    bool on_double(double, json::string_view, error& ec) {
        number = true;
        return stop(ec);
    }
    bool on_bool(bool b, error& ec) { return leaf(b, ec); }
    bool on_null(error& ec) { return leaf(nullptr, ec); }
    bool on_comment_part(json::string_view, error&) { return true; }
    bool on_comment(json::string_view, error&) { return true; }
};

}  // namespace

result<value> read_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 64;
    json::basic_parser<builder> parser(options);
    error ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read == text.size()) return std::move(parser.handler().root);
    if (parser.handler().duplicate)
        return fail(problem_kind::invalid, "json_duplicate", "a member stands twice in an object",
                    "name each member once");
    if (parser.handler().number)
        return fail(problem_kind::invalid, "json_number", "a number is no integer within 2^53 - 1",
                    "send money as cents");
    return fail(problem_kind::invalid, "json_malformed",
                "the text is not JSON: " + (ec ? ec.message() : std::string("more follows")),
                "UTF-8, at most 64 deep");
}

}  // namespace pykala::storage
