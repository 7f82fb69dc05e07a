;;; footrule-mode.el --- Rules for product carbon footprints  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; `footrule-mode' for *.pcr, `footrule-literate-mode' for *.pcr.md.  Words come from footrule-keywords.el, which is
;; generated.  With eglot (in Emacs 29 and later, or as a package) `M-x eglot' starts `footrule lsp'; lsp-mode is told
;; of it as well.

;;; Code:

(require 'footrule-keywords)

(defgroup footrule nil
  "Rules for product carbon footprints."
  :group 'languages)

(defcustom footrule-command "footrule"
  "The program `footrule', in the path or with its folder."
  :type 'string
  :group 'footrule)

(defcustom footrule-indent-offset 4
  "Columns of one step of indentation."
  :type 'integer
  :safe #'integerp
  :group 'footrule)

(defvar footrule-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?· "." table)
    (modify-syntax-entry ?% "." table)
    (modify-syntax-entry ?（ "()）" table)
    (modify-syntax-entry ?） ")(（" table)
    (dolist (mark '(?+ ?- ?* ?= ?< ?> ?^ ?| ?§ ?， ?： ?％))
      (modify-syntax-entry mark "." table))
    table)
  "Syntax of Footrule.")

(defconst footrule--clause "§[  ]*\\(?:\"[^\"\n]*\"\\|[^ \t\n]+\\(?: [[:alnum:]]\\{1,2\\}[)）]\\)?\\)"
  "The mark of a clause.")

(defun footrule--words (words)
  "A pattern for WORDS, each as a whole; phrases with any blanks inside."
  (concat "\\_<\\("
          (mapconcat (lambda (word) (replace-regexp-in-string " " "[ \t\n]+" (regexp-quote word)))
                     (sort (copy-sequence words) (lambda (a b) (> (length a) (length b))))
                     "\\|")
          "\\)\\_>"))

(defconst footrule--head
  (concat "\\(?:^\\|[;{]\\)[ \t]*\\(?:" footrule--clause "[ \t]+\\)?"
          (footrule--words footrule-statement-words))
  "The head of a statement.")

(defconst footrule-font-lock-keywords
  `((,footrule--clause . font-lock-doc-face)
    ;; The name that is declared: a word, then no colon but in an input or a field.
    (,(concat footrule--head "[ \t]+\\(\\_<[[:alpha:]_]\\(?:\\sw\\|\\s_\\)*\\)")
     (1 font-lock-keyword-face) (2 font-lock-variable-name-face))
    (,footrule--head 1 font-lock-keyword-face)
    (,(footrule--words footrule-control-words) . font-lock-keyword-face)
    (,(footrule--words footrule-operator-words) . font-lock-keyword-face)
    (,(footrule--words footrule-constant-words) . font-lock-constant-face)
    (,(concat (footrule--words footrule-function-words) "[ \t]*[(（]") 1 font-lock-builtin-face)
    ;; Such a word is a name before a colon and behind a dot.
    (,(concat "\\(?:^\\|[^.]\\)" (footrule--words footrule-word-words) "[ \t]*\\(?:[^:： \t]\\|$\\)")
     1 font-lock-keyword-face)
    (,(footrule--words footrule-type-words) . font-lock-type-face)
    ("\\(?:\\sw\\|[℃℉]\\)\\({[^{}\n ]*}\\)" 1 font-lock-type-face))
  "Colours of Footrule.")

(defun footrule-indent-line ()
  "Indent by the brackets around the line.
A closing bracket stands under the line that opened it."
  (interactive)
  (let* ((offset (- (current-column) (current-indentation)))
         (state (save-excursion (syntax-ppss (line-beginning-position))))
         (depth (car state))
         (closing (save-excursion (back-to-indentation) (looking-at "[])}）]")))
         (within (* footrule-indent-offset (if closing (1- depth) depth))))
    (cond
     ((nth 3 state) nil)
     ;; At the margin a statement begins; a line that goes on with one was put to the right by its author.
     ((and (zerop depth) (> (current-indentation) 0)) nil)
     (t (indent-line-to (max 0 within))
        (when (> offset 0) (forward-char offset))))))

(defvar footrule-imenu-expression
  `((nil ,(concat footrule--head "[ \t]+\\([[:alpha:]_]\\(?:\\sw\\|\\s_\\)*\\)") 2))
  "Declarations for imenu.")

(defun footrule--project (folder)
  "The package around FOLDER: where footrule.toml is."
  (let ((root (locate-dominating-file folder "footrule.toml")))
    (and root (cons 'transient root))))

;;;###autoload
(define-derived-mode footrule-mode prog-mode "Footrule"
  "Major mode for Footrule."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//[/!]?[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'footrule-indent-line)
  (setq-local imenu-generic-expression footrule-imenu-expression)
  (add-hook 'project-find-functions #'footrule--project nil t)
  (setq-local font-lock-defaults '(footrule-font-lock-keywords)))

(defun footrule--in-fence (limit matcher)
  "Search with MATCHER up to LIMIT, in fences of Footrule only."
  (let (found)
    (while (and (not found) (re-search-forward matcher limit t))
      (setq found (save-match-data
                    (save-excursion
                      (and (re-search-backward "^[ ]*\\(?:```\\|~~~\\)[`~]*\\([^`\n]*\\)$" nil t)
                           (string-match-p "\\`pcr\\(?: \\|\\'\\)" (match-string 1)))))))
    found))

(defconst footrule-literate-font-lock-keywords
  (append
   '(("^#+ .*$" . font-lock-function-name-face)
     ("^[ ]*\\(?:```\\|~~~\\).*$" . font-lock-comment-face))
   (mapcar (lambda (rule)
             (cons (lambda (limit) (footrule--in-fence limit (car rule))) (cdr rule)))
           footrule-font-lock-keywords))
  "Colours of a literate file.")

;;;###autoload
(define-derived-mode footrule-literate-mode text-mode "Footrule-Literate"
  "Major mode for Markdown with fences of Footrule."
  (add-hook 'project-find-functions #'footrule--project nil t)
  (setq-local font-lock-defaults '(footrule-literate-font-lock-keywords t)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.pcr\\'" . footrule-mode))
;;;###autoload
(add-to-list 'auto-mode-alist '("\\.pcr\\.md\\'" . footrule-literate-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               `((footrule-mode footrule-literate-mode) . ,(lambda (&rest _) (list footrule-command "lsp")))))

(declare-function lsp-register-client "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(defvar lsp-language-id-configuration)
(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(footrule-mode . "footrule"))
  (add-to-list 'lsp-language-id-configuration '(footrule-literate-mode . "footrule"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () (list footrule-command "lsp")))
                    :major-modes '(footrule-mode footrule-literate-mode)
                    :server-id 'footrule)))

(provide 'footrule-mode)
;;; footrule-mode.el ends here
