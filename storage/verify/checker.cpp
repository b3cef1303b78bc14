#include "storage/verify/checker.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace pykala::storage::verify {
namespace {

bool has_members(const json::object& object, std::initializer_list<std::string_view> names) {
    return object.size() == names.size() &&
           std::all_of(names.begin(), names.end(), [&](std::string_view name) {
               return object.contains({name.data(), name.size()});
           });
}

}  // namespace

bool is_word(std::string_view text) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && text.size() <= 64 && small(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return small(c) || c == '_' || (c >= '0' && c <= '9'); });
}

void checker::find(std::string_view code, std::string detail, bool of_line) {
    if (out.findings.size() == findings_max)
        out.findings.push_back({"too_many", 0, "there are more findings than are listed"});
    if (out.findings.size() > findings_max) return;
    out.findings.push_back({std::string(code), of_line ? line_ : 0, std::move(detail)});
}

bool checker::take(std::string_view line) {
    const auto object = read_canonical(line);
    if (!object) {
        find("not_canonical", "the line is not one object of canonical JSON");
        return step_ != step::nothing;
    }
    const auto kind = text_in(*object, "line").value_or("");
    static constexpr std::pair<std::string_view, step> kinds[] = {
        {"header", step::header}, {"file", step::file},   {"closure", step::closure},
        {"leaves", step::leaves}, {"event", step::event}, {"signature", step::signature}};
    const auto* found = std::find_if(std::begin(kinds), std::end(kinds),
                                     [&](const auto& k) { return k.first == kind; });
    if (found == std::end(kinds)) {
        find("malformed", "the line is of no known kind");
        return step_ != step::nothing;
    }
    const bool repeats =
        step_ == found->second && step_ != step::header && step_ != step::signature;
    if ((step_ == step::nothing) != (found->second == step::header) ||
        !(found->second > step_ || repeats)) {
        find("order", fmt::format("a line `{}` does not belong here", found->first));
        return step_ != step::nothing;
    }
    if (found->second > step::leaves && step_ <= step::leaves) period_is_read();
    step_ = found->second;
    switch (step_) {
        case step::header:
            return header(*object);
        case step::file:
            file(*object);
            break;
        case step::closure:
            closure(*object);
            break;
        case step::leaves:
            leaves(*object);
            break;
        case step::event:
            event(*object);
            break;
        case step::signature:
            signature(*object);
            break;
        case step::nothing:
            break;
    }
    return true;
}

bool checker::header(const json::object& line) {
    const auto tenant = text_in(line, "tenant");
    const auto origin = text_in(line, "origin");
    const auto scope = text_in(line, "scope");
    const auto from = number_in(line, "from");
    const auto note = text_in(line, "checkpoint");
    auto left = hashes_in(line, "left");
    const auto key = text_in(line, "key");
    const auto exported = text_in(line, "exported_at");
    if (!has_members(line, {"checkpoint", "exported_at", "format", "from", "key", "left", "line",
                            "origin", "scope", "tenant"}) ||
        text_in(line, "format") != "pykala-bundle/1" || !tenant || !origin || !scope || !from ||
        !note || !left || !key || !exported || exported->size() != 24) {
        find("malformed", "the header is not that of a bundle of version 1");
        return false;
    }
    if (*scope != "case" && *scope != "period" && *scope != "sample")
        find("malformed", "the scope is none of `case`, `period`, `sample`");
    if (origin->find("/" + std::string(*tenant) + "/log/") == std::string_view::npos)
        find("malformed", "the origin is not that of a log of this tenant");
    if (left->size() != static_cast<std::size_t>(std::popcount(*from))) {
        find("root", "`left` has not as many hashes as `from` has subtrees");
        left->clear();
    }
    bundle.tenant = *tenant;
    bundle.scope = *scope;
    bundle.from = *from;
    origin_ = *origin;
    from_ = out.period_from = *from;
    tree_ = left->empty() && from_ != 0 ? growing_tree() : growing_tree(from_, std::move(*left));
    if (!header_key(*key)) return false;
    checkpoint(*note);
    compare_old_checkpoint();
    return true;
}

bool checker::header_key(std::string_view text) {
    key_ = note_key::read(text);
    if (!key_ || key_->name != origin_) {
        find("malformed", "the key is no Ed25519 verifier key with the name of the origin");
        return false;
    }
    if (!options_.key)
        find("unpinned_key",
             "the key is only what the bundle itself says; give the one you trust with --key",
             false);
    else if (*options_.key != text)
        find("wrong_key", "the bundle names another key than the one given with --key");
    return true;
}

void checker::checkpoint(std::string_view note) {
    const auto text = signed_text(note, *key_);
    if (!text)
        find("checkpoint_signature", "the checkpoint is not signed by the key of the header");
    else
        head_ = tree_head::read(*text);
    if (text && !head_) find("malformed", "the checkpoint has other lines than origin, size, root");
    if (!head_) return;
    out.period_to = head_->size;
    if (head_->origin != origin_) find("malformed", "the checkpoint is of another origin");
    if (head_->size < from_) find("root", "the period begins after the checkpoint");
}

void checker::file(const json::object& line) {
    const auto hash = text_in(line, "sha256");
    const auto text = text_in(line, "text");
    if (!has_members(line, {"line", "sha256", "text"}) || !hash || !text)
        return find("malformed", "the file has other members than a hash and its text");
    if (*hash <= last_file_) find("order", "files do not stand in order of their hash");
    last_file_ = *hash;
    if (hex_of(hash_of(*text)) != *hash) find("definition", "a file is not that of its hash");
    files_.emplace(*hash, std::make_shared<const std::string>(*text));
}

void checker::closure(const json::object& line) {
    const auto hash = text_in(line, "hash");
    const auto kind = text_in(line, "kind");
    const auto* files = array_in(line, "files");
    if (!has_members(line, {"files", "hash", "kind", "line"}) || !hash || !files ||
        (kind != "procedure" && kind != "law"))
        return find("malformed", "the closure has other members than hash, kind and files");
    if (*hash <= last_closure_) find("order", "closures do not stand in order of their hash");
    last_closure_ = *hash;
    const auto text = canonical_text(json::object{
        {"files", *files}, {"kind", json::string_view(kind->data(), kind->size())}, {"v", 1}});
    if (!text || hex_of(hash_of(*text)) != *hash)
        return find("definition", "a closure is not that of its hash");
    proven_closure proven{std::string(*kind), {}};
    for (const auto& entry : *files) {
        const auto* object = entry.if_object();
        const auto path = object ? text_in(*object, "path") : std::nullopt;
        const auto sha256 = object ? text_in(*object, "sha256") : std::nullopt;
        if (!path || !sha256 || object->size() != 2)
            return find("malformed", "a closure names a file without path and hash");
        const auto known = files_.find(*sha256);
        if (known == files_.end())
            find("definition_missing", fmt::format("the bytes of `{}` are not there", *path));
        else
            proven.files.emplace_back(*path, known->second);
    }
    bundle.closures.emplace(*hash, std::move(proven));
}

void checker::signature(const json::object& line) {
    const auto note = text_in(line, "note");
    if (!has_members(line, {"line", "note"}) || !note)
        return find("malformed", "the last line has other members than a note");
    note_ = *note;
}

void checker::finish(const std::optional<hash256>& hash_before_signature) {
    if (!key_) return;
    if (step_ <= step::leaves) period_is_read();
    streams_are_complete();
    for (const auto& [id, first_line] : shredded_keys_)
        if (!destroyed_keys_.contains(id)) {
            line_ = first_line;
            find("shredded_without_event",
                 "a field is called shredded, but no event shown says that its key was destroyed");
        }
    const auto text = note_.empty() ? std::nullopt : signed_text(note_, *key_);
    const std::string wanted = hash_before_signature
                                   ? fmt::format("pykala-bundle/1\n{}\nsha256 {}\n", origin_,
                                                 hex_of(*hash_before_signature))
                                   : "";
    if (step_ != step::signature)
        find("bundle_signature", "the last line, which signs all before it, is not there", false);
    else if (!text || *text != wanted)
        find("bundle_signature", "the last line does not sign the bytes before it", false);
}

}  // namespace pykala::storage::verify
