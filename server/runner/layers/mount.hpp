#pragma once
// A workspace on top of a layer, for one attempt. The mounts are in a namespace of this process and
// of what it starts: they end with it, whatever ends it, and no other job's processes have them.
//
//   <attempt>/upper/   what the attempt writes; in it work/, the workspace
//   <attempt>/scratch/ the kernel's own
//   <attempt>/disk/    the overlay: tree/ of the layer, work/ of the upper
//   <attempt>/work/    disk/work once more
//   <attempt>/kept/    empty
//
// So a rename from disk/tree to disk/work is a checkout, and needs no right at all. In the layer's
// mount its files belong to the attempt's user. Source: overlayfs.rst ("redirect_dir", "volatile"),
// mount_setattr(2) ("ID-mapped mounts"). Linux 5.19; 6.3 for a run directory on tmpfs.

#include "runner/layers/place.hpp"

namespace triphammer::runner {

/// The pool's newest layer, mounted; nothing: it has none, or we are not root. An error says why
/// this kernel, or the folder's file system, cannot do it; then all is as if nothing had been
/// tried.
///
/// Needs root of the machine: CAP_SYS_ADMIN over the file system's own user namespace (an ID-mapped
/// mount, trusted.* attributes), CAP_CHOWN. To be called by a process of one thread, before it
/// makes other namespaces or gives rights away; afterwards nothing here needs any.
Result<std::optional<Layer>> mount_layer(
    const std::filesystem::path& attempt, const std::filesystem::path& run, const std::string& pool
);

}  // namespace triphammer::runner
