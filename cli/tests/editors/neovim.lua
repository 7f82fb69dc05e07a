-- What a user of Neovim does, one after the other, in a package with a rule and a module of the standard library.
-- Prints `done` and leaves with 0, or says what did not come.

local drive = dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "drive.lua")
local check, wait = drive.check, drive.wait

local function lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

-- The first line that has the text, from 1, and the column where it begins, from 0.
local function find(buffer, text)
  for row, line in ipairs(lines(buffer)) do
    local column = line:find(text, 1, true)
    if column then
      return row, column - 1
    end
  end
  check("`" .. text .. "` stands in the file", false)
end

vim.cmd("edit rule.pcr")
local rule = vim.api.nvim_get_current_buf()
check("the type of the file", vim.bo[rule].filetype == "footrule")
check("the head has a colour", vim.fn.synIDattr(vim.fn.synID(find(rule, "rule "), 1, 1), "name") == "footruleStatement")
wait("the server starts", function()
  return next(vim.lsp.buf_get_clients(rule)) ~= nil
end)

-- Findings while typing.
local count = #lines(rule)
vim.api.nvim_buf_set_lines(rule, count, count, false, { "let broken = no_such_name" })
wait("a finding", function()
  local found = vim.diagnostic.get(rule)
  return #found > 0 and found[1].code == "FR-N001" and found[1].lnum == count
end)
vim.api.nvim_buf_set_lines(rule, count, count + 1, false, {})
wait("no finding any more", function()
  return #vim.diagnostic.get(rule, { severity = vim.diagnostic.severity.ERROR }) == 0
end)

-- Completion at the end of `default frei`.
local row, column = find(rule, "freight(mode)")
vim.api.nvim_win_set_cursor(0, { row, column + 4 })
local params = vim.lsp.util.make_position_params(0, "utf-16")
local answers = vim.lsp.buf_request_sync(rule, "textDocument/completion", params, 20000)
local offered = false
for _, answer in pairs(answers or {}) do
  for _, item in ipairs(answer.result and (answer.result.items or answer.result) or {}) do
    offered = offered or item.label == "freight"
  end
end
check("`freight` is offered", offered)

-- A rename in the rule reaches the module.
vim.api.nvim_win_set_cursor(0, { row, column })
vim.lsp.buf.rename("freight_factor")
wait("the rule has the new name", function()
  return lines(rule)[row]:find("freight_factor(mode)", 1, true) ~= nil
end)
local module = vim.fn.bufnr("transport.pcr")
check("the module is open", module > 0)
find(module, "table freight_factor(mode: TransportMode)")
find(module, "freight_factor(leg.mode)")

-- Formatting brings the columns back.
local neat = lines(rule)
local at = find(rule, "boundary ")
vim.api.nvim_buf_set_lines(rule, at - 1, at, false, { (neat[at]:gsub("boundary ", "boundary      ")) })
if vim.lsp.buf.format then
  vim.lsp.buf.format({ timeout_ms = 20000 })
else
  vim.lsp.buf.formatting_sync(nil, 20000)
end
local formatted = table.concat(lines(rule), "\n") == table.concat(neat, "\n")
check("the file is formatted", formatted)

-- A literate file is Markdown with coloured fences and the same server.
vim.fn.writefile({ "# 1 A page", "", "the input here", "", "```pcr", "const two = no_such_name", "```" }, "page.pcr.md")
vim.cmd("edit page.pcr.md")
local page = vim.api.nvim_get_current_buf()
check("it is Markdown", vim.bo[page].filetype == "markdown")
check("the fence has colours", vim.fn.synIDattr(vim.fn.synID(6, 1, 1), "name") == "footruleStatement")
check("the prose has none", vim.fn.synIDattr(vim.fn.synID(3, 5, 1), "name"):find("footrule") == nil)
wait("a finding in the fence", function()
  local found = vim.diagnostic.get(page)
  return #found > 0 and found[1].lnum == 5
end)
vim.cmd("bdelete! page.pcr.md")
vim.fn.delete("page.pcr.md")

vim.cmd("wall")
io.stdout:write("done\n")
vim.cmd("qall!")
