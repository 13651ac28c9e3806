{
  "variables": { "warnings": ["-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"] },
  "targets": [
    {
      "target_name": "desktop_fork",
      "sources": [
        "addon/addon.cc",
        "addon/descriptor.cc",
        "addon/become.cc",
        "addon/children.cc",
        "addon/fork.cc",
        "addon/lifeline.cc",
        "addon/message.cc",
        "addon/poller.cc",
        "addon/process.cc",
        "addon/program.cc",
        "addon/rights.cc",
        "addon/spawn.cc",
        "addon/support.cc",
        "addon/terminal.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      # A thread of ours may outlive the thread of JavaScript that loaded it. What a template binds, no child has to.
      "ldflags": ["-Wl,-z,nodelete", "-Wl,-z,now"],
      "defines": ["NAPI_VERSION=8", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED", "_GNU_SOURCE"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "cflags_cc": ["-std=c++17", "-fexceptions", "-fvisibility=hidden", "<@(warnings)"]
    },
    {
      "target_name": "guard",
      "type": "shared_library",
      "product_prefix": "",
      "product_name": "desktop_fork_guard",
      "sources": [
        "guard/condition.c",
        "guard/create.c",
        "guard/credentials.c",
        "guard/fork.c",
        "guard/freeze.c",
        "guard/futex.c",
        "guard/guard.c",
        "guard/heap.c",
        "guard/join.c",
        "guard/rest.c",
        "guard/revive.c",
        "guard/runtime.c",
        "guard/strangers.c"
      ],
      "defines": ["_GNU_SOURCE"],
      "ldflags": ["-Wl,-z,now"],
      "cflags": ["-std=gnu17", "-fvisibility=hidden", "<@(warnings)"],
      "libraries": ["-ldl"]
    }
  ]
}
