-- What tree-sitter gives in Neovim 0.9 and later, with the parser and the queries of the repository in the runtime path.
-- Prints `done` and leaves with 0, or says what did not come.

local drive = dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "drive.lua")
local check, wait = drive.check, drive.wait

-- What colours the nth place of a text, or what stands so many bytes behind its beginning, by the query's names.
local function captures(buffer, text, nth, behind)
  local seen = 0
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local from = 1
    while true do
      local column = line:find(text, from, true)
      if not column then
        break
      end
      seen = seen + 1
      if seen == (nth or 1) then
        local names = {}
        for _, capture in ipairs(vim.treesitter.get_captures_at_pos(buffer, row - 1, column - 1 + (behind or 0))) do
          names[capture.capture] = true
        end
        return names
      end
      from = column + 1
    end
  end
  check("`" .. text .. "` stands in the file", false)
end

vim.cmd("edit rule.pcr")
local rule = vim.api.nvim_get_current_buf()
check("tree-sitter colours", vim.treesitter.highlighter.active[rule] ~= nil)
for _, of in ipairs({ "highlights", "folds", "indents", "locals", "injections" }) do
  check("the query " .. of .. " is read", vim.treesitter.query.get("footrule", of) ~= nil)
end
local tree = vim.treesitter.get_parser(rule, "footrule"):parse(true)[1]
check("the rule is read without error", not tree:root():has_error())
check("the head of the rule", captures(rule, "rule garment").keyword)
check("its name", captures(rule, "rule garment", 1, #"rule ").module)
check("a unit", captures(rule, "kg{").type)
check("a clause", captures(rule, "§4.2 declared")["markup.heading"])
check("a comment", captures(rule, "//! ")["comment.documentation"])

-- Chinese words have the colours of the English ones.
vim.fn.writefile({ "输入 用煤: t{煤} 须 >= 0 // 输入", "枚举 窑 {", "    旧窑", "    新窑", "}" }, "zh.pcr")
vim.cmd("edit zh.pcr")
local zh = vim.api.nvim_get_current_buf()
vim.treesitter.get_parser(zh, "footrule"):parse(true)
check("a Chinese head", captures(zh, "输入").keyword)
check("a Chinese word inside", captures(zh, "须")["keyword.modifier"])
check("a word in a comment", not captures(zh, "输入", 2).keyword and captures(zh, "输入", 2).comment)
check("a tag", captures(zh, "煤}")["type.definition"])
check("a member", captures(zh, "旧窑").constant)

-- Folds by the tree.
vim.wo.foldmethod = "expr"
vim.wo.foldexpr = "v:lua.vim.treesitter.foldexpr()"
wait("the enumeration folds", function()
  vim.cmd("normal! zx")
  return vim.fn.foldlevel(3) == 1 and vim.fn.foldlevel(1) == 0
end)

io.stdout:write("done\n")
vim.cmd("qall!")
