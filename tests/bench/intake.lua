-- wrk -s intake.lua URL -- FOLDER PATH: sends deliveries that differ in one commit id. FOLDER holds
-- `head` and `tail` (the body before and after the id) and `pairs` (lines "ID SIGNATURE").
local lines, path, head, tail

local function content(name)
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

function init(arguments)
    local folder = arguments[1]
    path = arguments[2]
    head, tail = content(folder .. "/head"), content(folder .. "/tail")
    lines = assert(io.open(folder .. "/pairs", "rb"))
end

function request()
    local line = lines:read("*l")
    if not line then error("the prepared deliveries are used up") end
    local id, signature = line:sub(1, 40), line:sub(42)
    local guid = id:sub(1, 8) .. "-" .. id:sub(9, 12) .. "-" .. id:sub(13, 16) .. "-" .. id:sub(17, 20) ..
        "-" .. id:sub(21, 32)
    return table.concat({
        "POST ", path, " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
        "User-Agent: GitHub-Hookshot/0000000\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: ", guid,
        "\r\nX-Hub-Signature-256: sha256=", signature,
        "\r\nContent-Length: ", #head + 40 + #tail, "\r\n\r\n", head, id, tail,
    })
end

function done(summary)
    local errors = summary.errors
    io.write(string.format("answers=%d microseconds=%d refused=%d broken=%d\n", summary.requests, summary.duration,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
